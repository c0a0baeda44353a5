// The bytes of a file that a plugin answered with, as whoever asked is given them: all of them, or an error at the end.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { appendFileSync, linkSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openBlob } from '../../../../operator/ocm/blobs/open-blob.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'

const BYTES = Buffer.alloc(1024 * 1024, 'x')

/** `other`: a second name, which the plugin writes to when the first is gone. */
function anOpenBlob(t: TestContext, digest?: object) {
  const folder = tempFolder(t)
  const [file, other] = [join(folder, 'blob'), join(tempFolder(t), 'other')]
  writeFileSync(file, BYTES)
  linkSync(file, other)
  const answer = { location: { type: 'localFile', value: file }, ...(digest ? { resource: { digest } } : {}) }
  const blob = openBlob(answer, folder)
  assert.ok(blob)
  return { blob, other, folder }
}

const stated = (hashAlgorithm: string, value: string) => ({
  hashAlgorithm,
  normalisationAlgorithm: 'genericBlobDigest/v1',
  value,
})

async function sizeOf(chunks: AsyncIterable<Uint8Array>, onFirst: () => void = () => undefined): Promise<number> {
  let size = 0
  for await (const chunk of chunks) {
    if (size === 0) onFirst()
    size += chunk.length
  }
  return size
}

for (const [change, act, found] of [
  ['is cut', (file: string) => truncateSync(file, BYTES.length / 2), /expected 1048576 bytes, found \d+$/],
  ['grows', (file: string) => appendFileSync(file, BYTES), /expected 1048576 bytes, found at least \d+$/],
] as const)
  test(`a file that ${change} while it is read does not pass for a whole one`, async (t) => {
    const { blob, other } = anOpenBlob(t)
    using _ = blob
    const error = await expectCodeAsync('PLUGIN_ANSWER_INVALID', () => sizeOf(blob.stream(), () => act(other)))
    assert.match(error.message, found)
  })

test('bytes are compared with the digest that the answer says, by each algorithm', async (t) => {
  for (const [name, algorithm] of [
    ['SHA-256', 'sha256'],
    ['SHA-512', 'sha512'],
  ] as const) {
    const value = createHash(algorithm).update(BYTES).digest('hex')
    using good = anOpenBlob(t, stated(name, value)).blob
    assert.equal(await sizeOf(good.stream()), BYTES.length)
    using bad = anOpenBlob(t, stated(name, createHash(algorithm).update('others').digest('hex'))).blob
    await expectCodeAsync('PLUGIN_ANSWER_INVALID', () => sizeOf(bad.stream()))
  }
  using unknown = anOpenBlob(t, stated('constructor', 'x')).blob
  assert.equal(await sizeOf(unknown.stream()), BYTES.length)
})

test('what was begun and not read to its end closes without an error', async (t) => {
  const { blob, folder } = anOpenBlob(t)
  const stream = blob.stream()
  await new Promise((resolve) => stream.once('data', resolve))
  blob[Symbol.dispose]()
  await new Promise((resolve) => stream.once('close', resolve))
  assert.deepEqual([stream.errored, readdirSync(folder)], [null, []])
})
