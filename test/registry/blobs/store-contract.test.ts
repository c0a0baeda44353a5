// What every store of blobs promises, tried on each of them: a folder of the disk that copies what it is given, one that takes
// the files of finished uploads, and a map in memory.
import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import type { BlobStore } from '../../../registry/blobs/store.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { BlobScene } from '../../support/registry/blob-stores.ts'
import { BLOB_STORES, streamed } from '../../support/registry/blob-stores.ts'

const MiB = 1024 * 1024

const textOf = async (blobs: BlobStore, digest: Digest) => (await buffer(blobs.open(digest))).toString('utf8')
const generationOf = async (blobs: BlobStore, digest: Digest) => (await blobs.stat(digest))?.generation ?? 'none'

/** Ends in the middle, as a disk or a connection does. */
async function* breakingOff(bytes: string, error: Error) {
  yield Buffer.from(bytes)
  throw error
}

for (const [name, open] of Object.entries(BLOB_STORES))
  suite(name, () => {
    test('gives back the bytes that were put, with their size and the time of writing', async (t) => {
      const { blobs, source } = await open(t)
      const before = Date.now()
      const blob = source('some bytes')
      await blobs.put(blob)
      assert.equal(await textOf(blobs, blob.digest), 'some bytes')
      const found = await blobs.stat(blob.digest)
      assert.equal(found?.size, 10)
      // File systems round times down, some to two seconds.
      assert.ok(found.writtenAtMs > before - 5000 && found.writtenAtMs < Date.now() + 5000)
    })

    for (const size of [0, 1, MiB - 1, MiB, MiB + 1, 2 * MiB + 7])
      test(`reads ${size} bytes whole, in pieces that stay what they were`, async (t) => {
        const { blobs, source } = await open(t)
        const bytes = Buffer.alloc(size, 'octo plugin ')
        const blob = source(bytes.toString('latin1'))
        await blobs.put(blob)
        const pieces = await Array.fromAsync(blobs.open(blob.digest))
        assert.ok(Buffer.concat(pieces).equals(bytes))
        assert.ok(pieces.every(({ length }) => length > 0))
      })

    for (const [start, end, expected] of [
      [0, 4, '0123'],
      [3, 7, '3456'],
      [9, 10, '9'],
      [5, 99, '56789'],
      [0, 99, '0123456789'],
      [10, 20, ''],
      [4, 4, ''],
      [99, 100, ''],
    ] as const)
      test(`opens the range from ${start} to ${end} of ten bytes as \`${expected}\``, async (t) => {
        const { blobs, source } = await open(t)
        const blob = source('0123456789')
        await blobs.put(blob)
        assert.equal((await buffer(blobs.open(blob.digest, { start, end }))).toString(), expected)
      })

    test('keeps its bytes when a piece that it gave is written to', async (t) => {
      const { blobs, source } = await open(t)
      const blob = source('some bytes')
      await blobs.put(blob)
      for await (const piece of blobs.open(blob.digest)) piece.fill('x')
      assert.equal(await textOf(blobs, blob.digest), 'some bytes')
    })

    test('knows nothing of a blob that was never put', async (t) => {
      const { blobs } = await open(t)
      const digest = digestOf('nowhere')
      assert.equal(await blobs.stat(digest), undefined)
      assert.equal(await blobs.delete(digest, 'none'), false)
      const { message } = await expectCodeAsync('DATA_DIR_CORRUPT', () => buffer(blobs.open(digest)))
      assert.equal(message, `the bytes of blob \`${digest}\` are not there`)
    })

    test('puts the same bytes twice, as another generation of one blob', async (t) => {
      const { blobs, source } = await open(t)
      const { digest } = source('some bytes')
      await blobs.put(source('some bytes'))
      const first = await generationOf(blobs, digest)
      assert.equal(await generationOf(blobs, digest), first)
      await blobs.put(source('some bytes'))
      assert.notEqual(await generationOf(blobs, digest), first)
      assert.equal(await textOf(blobs, digest), 'some bytes')
      assert.deepEqual(await Array.fromAsync(blobs.list()), [digest])
    })

    const WRONG: Readonly<
      Record<string, { readonly given: string; readonly code: 'SIZE_MISMATCH' | 'DIGEST_MISMATCH' }>
    > = {
      nothing: { given: '', code: 'SIZE_MISMATCH' },
      'fewer bytes': { given: 'some byte', code: 'SIZE_MISMATCH' },
      'more bytes': { given: 'some bytes and more', code: 'SIZE_MISMATCH' },
      'other bytes of the same number': { given: 'Some bytes', code: 'DIGEST_MISMATCH' },
    }
    for (const [what, { given, code }] of Object.entries(WRONG))
      test(`refuses ${what} under a digest, and leaves what was there`, async (t) => {
        const { blobs, source, left } = await open(t)
        const { digest, size } = streamed('some bytes')
        const before = left()
        await expectCodeAsync(code, () => blobs.put(streamed(given, { digest, size })))
        assert.equal(await blobs.stat(digest), undefined)
        assert.deepEqual(left(), before)
        await blobs.put(source('some bytes'))
        const generation = await generationOf(blobs, digest)
        await expectCodeAsync(code, () => blobs.put(streamed(given, { digest, size })))
        assert.equal(await generationOf(blobs, digest), generation)
        assert.equal(await textOf(blobs, digest), 'some bytes')
      })

    test('throws what a source throws, unchanged, and keeps nothing of what came before', async (t) => {
      const { blobs, left } = await open(t)
      const before = left()
      const gone = new Error('the connection broke off')
      const blob = streamed('some bytes', { read: () => breakingOff('some', gone) })
      await assert.rejects(blobs.put(blob), gone)
      assert.equal(await blobs.stat(blob.digest), undefined)
      assert.deepEqual(await Array.fromAsync(blobs.list()), [])
      assert.deepEqual(left(), before)
    })

    test('stores one blob when many put it at once, one of them with other bytes', async (t) => {
      const { blobs, source } = await open(t)
      const { digest } = streamed('some bytes')
      const puts = [...Array.from({ length: 8 }, () => source('some bytes')), streamed('Some bytes', { digest })]
      const ended = await Promise.allSettled(puts.map((put) => blobs.put(put)))
      assert.deepEqual(
        ended.map(({ status }) => status),
        [...Array.from({ length: 8 }, () => 'fulfilled'), 'rejected'],
      )
      assert.equal(await textOf(blobs, digest), 'some bytes')
      assert.deepEqual(await Array.fromAsync(blobs.list()), [digest])
    })

    test('deletes a blob once, and takes it again', async (t) => {
      const { blobs, source } = await open(t)
      const blob = source('some bytes')
      await blobs.put(blob)
      await blobs.put(source('other bytes'))
      const generation = await generationOf(blobs, blob.digest)
      assert.equal(await blobs.delete(blob.digest, generation), true)
      assert.equal(await blobs.delete(blob.digest, generation), false)
      assert.equal(await blobs.stat(blob.digest), undefined)
      assert.deepEqual(await Array.fromAsync(blobs.list()), [digestOf('other bytes')])
      await blobs.put(source('some bytes'))
      assert.equal(await textOf(blobs, blob.digest), 'some bytes')
    })

    test('does not delete a blob that was put again since it was looked at', async (t) => {
      const { blobs, source } = await open(t)
      const blob = source('some bytes')
      await blobs.put(blob)
      const seen = await generationOf(blobs, blob.digest)
      await blobs.put(source('some bytes'))
      assert.equal(await blobs.delete(blob.digest, seen), false)
      assert.equal(await textOf(blobs, blob.digest), 'some bytes')
    })

    test('has a blob after a put, however the delete of the one before it comes in between', async (t) => {
      const { blobs, source } = await open(t)
      const { digest } = source('some bytes')
      await blobs.put(source('some bytes'))
      for (let round = 0; round < 50; round++) {
        const seen = await generationOf(blobs, digest)
        await Promise.all([blobs.put(source('some bytes')), blobs.delete(digest, seen)])
        assert.equal(await textOf(blobs, digest), 'some bytes', `round ${round}`)
      }
    })

    for (const [what, act] of Object.entries({
      deleted: async ({ blobs }: BlobScene, digest: Digest) => {
        assert.equal(await blobs.delete(digest, await generationOf(blobs, digest)), true)
      },
      'put again': ({ blobs, source }: BlobScene) => blobs.put(source(LONG)),
    }))
      test(`reads to the end a blob that is ${what} meanwhile`, async (t) => {
        const scene = await open(t)
        const blob = scene.source(LONG)
        await scene.blobs.put(blob)
        const pieces: Buffer[] = []
        for await (const piece of scene.blobs.open(blob.digest)) {
          if (pieces.length === 0) await act(scene, blob.digest)
          pieces.push(piece)
        }
        assert.ok(pieces.length > 1)
        assert.ok(Buffer.concat(pieces).equals(Buffer.from(LONG)))
      })

    test('forgets for good what was deleted, and nothing that is there', async (t) => {
      const { blobs, source } = await open(t)
      const blob = source('some bytes')
      await blobs.put(blob)
      await blobs.put(source('other bytes'))
      await blobs.delete(blob.digest, await generationOf(blobs, blob.digest))
      await blobs.purge({ beforeMs: Date.now() + 60_000, latestMs: Number.POSITIVE_INFINITY }, async () => false)
      assert.equal(
        await blobs.purge({ beforeMs: Date.now() + 60_000, latestMs: Number.POSITIVE_INFINITY }, async () => false),
        0,
      )
      assert.equal(await blobs.stat(blob.digest), undefined)
      assert.equal(await textOf(blobs, digestOf('other bytes')), 'other bytes')
    })

    test('lists every blob once, over many pages, also while they are deleted', async (t) => {
      const { blobs, source } = await open(t)
      const digests = Array.from({ length: 300 }, (_, at) => digestOf(`blob ${at}`))
      for (let at = 0; at < 300; at++) await blobs.put(source(`blob ${at}`))
      assert.deepEqual((await Array.fromAsync(blobs.list())).sort(), [...digests].sort())
      const seen: unknown[] = []
      for await (const entry of blobs.list()) {
        assert.ok(typeof entry === 'string')
        seen.push(entry)
        await blobs.delete(entry, await generationOf(blobs, entry))
      }
      assert.deepEqual(seen.sort(), [...digests].sort())
      assert.deepEqual(await Array.fromAsync(blobs.list()), [])
    })

    test('says how much more it can hold, or that there is no end', async (t) => {
      const { blobs } = await open(t)
      const free = await blobs.freeSpace()
      if (free) assert.ok(free.bytes >= 0 && free.files >= 0, JSON.stringify(free))
      assert.equal(free === undefined, name === 'a map in memory')
    })

    test('is in its place as long as nobody moves it', async (t) => {
      const { blobs, source } = await open(t)
      await blobs.requireInPlace()
      await blobs.put(source('some bytes'))
      await blobs.requireInPlace()
    })

    test('lists by its name what lies among the blobs and is none', async (t) => {
      const { blobs, source, addStray } = await open(t)
      const blob = source('some bytes')
      await blobs.put(blob)
      const hex = hexOf(blob.digest)
      const strays = ['notes.txt', hex.toUpperCase(), `${hex}0`, hex.slice(1), '.hidden']
      for (const stray of strays) addStray(stray)
      const listed = await Array.fromAsync(blobs.list())
      assert.deepEqual(
        listed.filter((entry) => typeof entry === 'string'),
        [blob.digest],
      )
      assert.deepEqual(
        listed.flatMap((entry) => (typeof entry === 'string' ? [] : [entry.stray])).sort(),
        strays.sort(),
      )
    })
  })

/** More than one piece on any store. */
const LONG = 'octo plugin '.repeat(200_000)
