// What every store of a static tree promises to whoever serves it, tried on each of them: files that are opened, read whole and in
// parts, and known again.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { blobPath } from '../../../static-tree/paths.ts'
import type { ByteSpan, OpenedFile, TreeStore } from '../../../static-tree/write/store.ts'
import { TREE_STORES } from '../../support/registry/tree-stores.ts'

const PATH = 'repos/core/hello.json'

const put = (store: TreeStore, content: string | Buffer, changedAt?: Date) =>
  store.put(PATH, Buffer.from(content), changedAt)

async function opened(store: TreeStore, path = PATH): Promise<OpenedFile> {
  return (await store.open(path)) ?? assert.fail(`nothing at ${path}`)
}

async function pieces(file: OpenedFile, span?: ByteSpan): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(file.read(span)))
}

for (const [name, { open }] of Object.entries(TREE_STORES))
  suite(name, () => {
    test('opens a file with the size, time and generation that a look at it gives', async (t) => {
      const { store } = await open(t)
      await put(store, 'some text', new Date('2026-03-04T05:06:07.000Z'))
      await using file = await opened(store)
      const { size, changedAtMs, generation } = file
      assert.deepEqual(await store.stat(PATH), { kind: 'file', size, changedAtMs, generation })
      assert.equal((await pieces(file)).toString(), 'some text')
    })

    test('opens neither what is missing nor a folder', async (t) => {
      const { store } = await open(t)
      await put(store, '{}')
      for (const path of ['repos', 'repos/other.json', 'more/core.json', `${PATH}/x`, `repos/${'a'.repeat(500)}`])
        assert.equal(await store.open(path), undefined, path)
    })

    test('gives any part of a file, as much of it as there is, and no byte of an empty one', async (t) => {
      const { store } = await open(t)
      const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => at % 251))
      await put(store, bytes)
      await using file = await opened(store)
      for (const [start, end] of [
        [0, bytes.length],
        [0, 1],
        [bytes.length - 1, bytes.length],
        [1_048_570, 1_048_590],
        [7, 2_500_000],
        [2_999_990, 9_999_999],
        [5, 5],
        [bytes.length, bytes.length + 5],
      ] as const)
        assert.ok((await pieces(file, { start, end })).equals(bytes.subarray(start, end)), `${start} to ${end}`)
      await put(store, '')
      await using empty = await opened(store)
      assert.deepEqual([empty.size, (await pieces(empty)).length], [0, 0])
    })

    test('leaves the pieces that it gave to whoever has them', async (t) => {
      const { store } = await open(t)
      const bytes = Buffer.alloc(2_500_000, 'x')
      await put(store, bytes)
      await using file = await opened(store)
      for await (const piece of file.read()) piece.fill(0)
      assert.ok((await pieces(file)).equals(bytes))
      assert.ok((await store.read(PATH)).equals(bytes))
    })

    test('reads into the memory of others, where it offers that, just what it gives in pieces', async (t) => {
      const { store } = await open(t)
      await put(store, 'some text')
      await using file = await opened(store)
      if (!file.readInto) return
      const target = Buffer.alloc(6, '.')
      assert.equal(await file.readInto(target.subarray(1, 5), 5), 4)
      assert.equal(target.toString(), '.text.')
      assert.equal(await file.readInto(target, 9), 0)
    })

    test('gives of a file that was opened its own bytes or an error, and never those of the next one', async (t) => {
      const { store } = await open(t)
      const [first, second] = [Buffer.alloc(2_500_000, '1'), Buffer.alloc(2_500_000, '2')]
      await put(store, first)
      await using file = await opened(store)
      await put(store, second)
      const kept = await pieces(file).catch(() => first)
      assert.ok(kept.equals(first))
      await store.delete(PATH)
      assert.ok((await pieces(file).catch(() => first)).equals(first))
      assert.equal(await store.open(PATH), undefined)
    })

    test('says by the generation that other bytes are there, also of the same size and time', async (t) => {
      const { store } = await open(t)
      const changedAt = new Date('2026-03-04T05:06:07.000Z')
      await put(store, 'first', changedAt)
      const generationOf = async () => (await store.stat(PATH))?.generation
      const before = await generationOf()
      assert.equal(await generationOf(), before)
      await put(store, 'other', changedAt)
      assert.notEqual(await generationOf(), before)
    })

    test('opens the blobs that it was given, under their digest and in the folder of a release', async (t) => {
      const { store, source } = await open(t)
      const blob = source('some bytes')
      await store.putBlob(blob)
      await store.putFolder('repos/core/hello/1.0.0', new Map([['hello', { digest: blob.digest }]]))
      for (const path of [blobPath(blob.digest), 'repos/core/hello/1.0.0/hello']) {
        await using file = await opened(store, path)
        assert.equal((await pieces(file)).toString(), 'some bytes', path)
      }
    })
  })
