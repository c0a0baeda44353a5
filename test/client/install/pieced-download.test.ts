// Pieces of two files under one ETag: the whole is neither, and only a download of all of it can tell which server is to blame.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aScript } from '../../support/builders/test-authority.ts'
import { aMachine, one, run } from '../../support/client/client-machine.ts'

const ARTIFACT = 'hello_1.0.0_linux_amd64'
const BYTES = Buffer.concat([aScript('large'), Buffer.alloc(100_000, '#')])
const OTHERS = Buffer.alloc(BYTES.length, 'x')

/** Breaks off in the middle, and goes on as it is asked, with the pieces that are named. */
async function serving(t: TestContext, pieces: readonly ((times: number) => Buffer)[]) {
  const machine = await aMachine(t, [{ platforms: { linux_amd64: BYTES } }])
  const ranges: (string | undefined)[] = []
  machine.registry.misbehave = (path, { headers: { range } }, response) => {
    if (!path.endsWith(ARTIFACT)) return false
    ranges.push(range)
    const from = Number(/\d+/.exec(range ?? '0')?.[0])
    const bytes = pieces[range === undefined ? 0 : 1]?.(ranges.length) ?? BYTES
    const shared = { etag: '"same"', 'content-length': bytes.length - from }
    if (range === undefined) response.writeHead(200, shared)
    else response.writeHead(206, { ...shared, 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` })
    const isCut = range === undefined && bytes === OTHERS
    if (isCut) response.write(bytes.subarray(0, 50_000), () => response.destroy())
    else response.end(bytes.subarray(from))
    return true
  }
  return { machine, ranges }
}

test('a file that is replaced under its ETag between two pieces is fetched once more, as a whole', async (t) => {
  const { machine, ranges } = await serving(t, [(times) => (times === 1 ? OTHERS : BYTES)])
  assert.equal(run(one((await machine.install({})).executables)), 'large !\n')
  assert.deepEqual(ranges, [undefined, 'bytes=50000-', undefined])
})

test('a server that breaks off and goes on with another file each time is asked twice, and nothing of it is kept', async (t) => {
  const { machine, ranges } = await serving(t, [() => OTHERS])
  await expectCodeAsync('DIGEST_MISMATCH', () => machine.install({}))
  assert.deepEqual(ranges, [undefined, 'bytes=50000-', undefined, 'bytes=50000-'])
  machine.registry.misbehave = undefined
  assert.equal(run(one((await machine.install({})).executables)), 'large !\n')
})
