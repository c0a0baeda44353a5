// Files that handlers write: from every kind of bytes, bounded, and gone with the call unless its answer names them.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import test from 'node:test'
import { createGzip, gunzipSync } from 'node:zlib'
import type { Bytes, CallContext, Location, ServiceDefinition } from '../../../sdk/service/index.ts'
import { blobTransformer, definePlugin, testPlugin } from '../../../sdk/service/index.ts'
import { until } from '../../support/machine/until.ts'

type Made = { readonly location: Location }

const transforming = (make: (context: CallContext) => Promise<Made>, more: Partial<ServiceDefinition> = {}) =>
  testPlugin(
    definePlugin({
      ...{ name: 'p', version: '1.0.0', summary: 'is asked by tests', ...more },
      serves: [blobTransformer({ type: 'T/v1', transformBlob: (_asked, context) => make(context) })],
    }),
  )
const ASKED = { location: { type: 'localFile', value: '/x' }, specification: { type: 'T/v1' } } as const
const blobsIn = (path: string) => readdirSync(dirname(path)).filter((name) => name.startsWith('blob'))

test('bytes of every kind become a file, also through other streams', async () => {
  const piece = Buffer.from('bytes')
  async function* pieces() {
    yield piece
    yield 'und Wörter'
  }
  const rows: readonly (readonly [Bytes, string])[] = [
    ['Wörter', 'Wörter'],
    [new Uint8Array(piece), 'bytes'],
    [[piece, piece], 'bytesbytes'],
    [pieces(), 'bytesund Wörter'],
    [Readable.from([piece]), 'bytes'],
    [new Blob(['bytes']).stream(), 'bytes'],
    ['', ''],
  ]
  for (const [bytes, text] of rows) {
    await using plugin = await transforming(async ({ files }) => ({ location: await files.write(bytes) }))
    const { location } = await plugin.call('blobTransformer', 'transformBlob', ASKED)
    assert.equal(readFileSync(location.value, 'utf8'), text)
  }
  await using plugin = await transforming(async ({ files }) => ({
    location: await files.write(pieces(), { mediaType: 'application/gzip', through: [createGzip()] }),
  }))
  const { location } = await plugin.call('blobTransformer', 'transformBlob', ASKED)
  assert.deepEqual(
    [location.mediaType, gunzipSync(readFileSync(location.value)).toString()],
    ['application/gzip', 'bytesund Wörter'],
  )
})

test('a file that the answer names stays, and all else that the call wrote is gone when it is answered', async () => {
  await using plugin = await transforming(async ({ files }) => {
    await files.write('for itself alone')
    writeFileSync(files.path().path, 'of another program')
    for (let count = 0; count < 8; count++) await files.write('and more')
    return { location: await files.write('for the host') }
  })
  const { location } = await plugin.call('blobTransformer', 'transformBlob', ASKED)
  assert.deepEqual(blobsIn(location.value), ['blob11'])
  assert.equal(readFileSync(location.value, 'utf8'), 'for the host')
})

test('nothing is left of a call that fails, answers wrongly, or writes more than the plugin takes', async () => {
  let written = ''
  const write = async ({ files }: CallContext) => {
    const location = await files.write('bytes')
    written = location.value
    return location
  }
  const rows: readonly (readonly [(context: CallContext) => Promise<Made>, number, RegExp])[] = [
    [(context) => write(context).then(() => Promise.reject(new Error('no'))), 500, /^no\n/],
    [(context) => write(context).then((value) => ({ value }) as never), 500, /answered \/blob\/transform wrongly/],
    [
      async (context) => {
        await write(context)
        return { location: await context.files.write(Array<string>(6).fill('two')) }
      },
      413,
      /^expected a blob of at most 16 bytes\n/,
    ],
  ]
  for (const [make, status, words] of rows) {
    await using plugin = await transforming(make, { limits: { blobBytes: 16 } })
    const answer = await plugin.fetch('/blob/transform', { method: 'POST', body: JSON.stringify(ASKED) })
    assert.deepEqual([answer.status, words.test(answer.body), blobsIn(written)], [status, true, []], answer.body)
  }
})

test('a call that goes on after a write that failed has nothing left of it', async () => {
  let left: readonly string[] = []
  await using plugin = await transforming(
    async ({ files }) => {
      const location = await files.write('bytes')
      await assert.rejects(files.write(Array<string>(6).fill('two')), /at most 16 bytes/)
      left = blobsIn(location.value)
      return { location }
    },
    { limits: { blobBytes: 16 } },
  )
  await plugin.call('blobTransformer', 'transformBlob', ASKED)
  assert.deepEqual(left, ['blob1'])
})

test('nothing is left of a call that its host gives up, whatever its handler still does', async () => {
  const begun = Promise.withResolvers<string>()
  const goOn = Promise.withResolvers<void>()
  const done = Promise.withResolvers<void>()
  await using plugin = await transforming(async ({ files }) => {
    const { value } = await files.write('bytes')
    begun.resolve(value)
    await goOn.promise
    writeFileSync(files.path().path, 'of another program')
    done.resolve()
    return { location: await files.write('and more') }
  })
  const controller = new AbortController()
  const call = plugin.call('blobTransformer', 'transformBlob', ASKED, { signal: controller.signal })
  const written = await begun.promise
  controller.abort()
  await assert.rejects(call)
  await until(() => blobsIn(written).length === 0)
  goOn.resolve()
  await done.promise
  await until(() => blobsIn(written).length === 0)
})
