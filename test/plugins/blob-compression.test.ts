// blob-compression, asked as a host asks it.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { plugin } from '../../plugins/ocm/blob-compression/plugin.ts'
import { locationOf, testPlugin } from '../../sdk/service/index.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const BYTES = Buffer.from('the same text again and again, '.repeat(10_000))

async function scene(t: test.TestContext, bytes: Buffer = BYTES) {
  const file = join(tempFolder(t), 'blob')
  writeFileSync(file, bytes)
  const running = await testPlugin(plugin)
  t.after(() => running.stop())
  const transform = async (
    specification: { readonly type: string; readonly [key: string]: unknown },
    from = locationOf(file),
  ) => (await running.call('blobTransformer', 'transformBlob', { location: from, specification })).location
  return { transform }
}

test('packs, and unpacks what it packed without being told how', async (t) => {
  const { transform } = await scene(t)
  for (const [specification, mediaType, unpack] of [
    [{ type: 'Compress/v1' }, 'application/gzip', gunzipSync],
    [{ type: 'Compress', level: 9 }, 'application/gzip', gunzipSync],
    [{ type: 'Compress/v1', algorithm: 'zstd' }, 'application/zstd', zstdDecompressSync],
    [{ type: 'Compress/v1', algorithm: 'zstd', level: 19 }, 'application/zstd', zstdDecompressSync],
  ] as const) {
    const packed = await transform(specification)
    assert.equal(packed.mediaType, mediaType)
    assert.ok(readFileSync(packed.value).length < BYTES.length / 50)
    assert.deepEqual(unpack(readFileSync(packed.value)), BYTES)
    assert.deepEqual(readFileSync((await transform(specification)).value), readFileSync(packed.value))
    const unpacked = await transform({ type: 'Decompress/v1' }, packed)
    assert.deepEqual(readFileSync(unpacked.value), BYTES)
  }
})

test('refuses what it cannot do, and what does not fit', async (t) => {
  const { transform } = await scene(t)
  for (const specification of [
    { type: 'Compress/v1', level: 10 },
    { type: 'Compress/v1', level: 0 },
    { type: 'Compress/v1', algorithm: 'lzma' },
    { type: 'Compress/v1', other: 1 },
    { type: 'Compress/v2' },
    { type: 'Decompress/v1', maxBytes: 0 },
  ])
    await assert.rejects(transform(specification), { status: 400 }, JSON.stringify(specification))
  await assert.rejects(transform({ type: 'Decompress/v1' }), {
    status: 422,
    message: 'the blob is neither gzip nor zstd',
  })
  await assert.rejects(transform({ type: 'Compress/v1' }, locationOf('/no/such/file')), {
    status: 500,
    message: /ENOENT/,
  })
})

test('gives neither a cut blob nor one that would fill the disk', async (t) => {
  for (const pack of [gzipSync, zstdCompressSync]) {
    const whole = pack(BYTES)
    const { transform } = await scene(t, whole.subarray(0, whole.length - 5))
    await assert.rejects(transform({ type: 'Decompress/v1' }), {
      status: 422,
      message: /^the blob cannot be unpacked: /,
    })
    const { transform: unpack } = await scene(t, whole)
    const most = { type: 'Decompress/v1', maxBytes: BYTES.length }
    const { value } = await unpack(most)
    const left = readdirSync(dirname(value))
    await assert.rejects(unpack({ ...most, maxBytes: BYTES.length - 1 }), { status: 413 })
    assert.deepEqual(readdirSync(dirname(value)), left)
    assert.ok(existsSync(value))
  }
})
