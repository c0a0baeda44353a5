// What every store of a static tree promises to whoever writes it, tried on each of them. What it promises to readers is asked in
// reading-contract.test.ts.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { digestOf } from '../../../schemas/digest.ts'
import { blobPath } from '../../../static-tree/paths.ts'
import type { Part, TreeStore } from '../../../static-tree/write/store.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { TREE_STORES } from '../../support/registry/tree-stores.ts'

const text = async (store: TreeStore, path: string) => (await store.read(path)).toString('utf8')
const put = (store: TreeStore, path: string, content: string) => store.put(path, Buffer.from(content))
const entries = async (store: TreeStore, folder: string) =>
  (await store.list(folder)).map(({ name, kind }) => `${kind} ${name}`).sort()

for (const [name, { open, links }] of Object.entries(TREE_STORES))
  suite(name, () => {
    test('gives back what was put last, with its size and its time', async (t) => {
      const { store } = await open(t)
      const changedAt = new Date('2026-03-04T05:06:07.000Z')
      await put(store, 'repos/core/hello.json', 'a longer first text')
      await store.put('repos/core/hello.json', Buffer.from('second'), changedAt)
      assert.equal(await text(store, 'repos/core/hello.json'), 'second')
      const { kind, size, changedAtMs } = (await store.stat('repos/core/hello.json')) ?? {}
      assert.deepEqual({ kind, size, changedAtMs }, { kind: 'file', size: 6, changedAtMs: changedAt.getTime() })
      assert.equal((await store.stat('repos/core'))?.kind, 'folder')
    })

    test('keeps no hold of the bytes that it was given', async (t) => {
      const { store } = await open(t)
      const bytes = Buffer.from('first')
      await store.put('a.json', bytes)
      bytes.fill('x')
      const read = await store.read('a.json')
      assert.equal(read.toString(), 'first')
      read.fill('y')
      assert.equal(await text(store, 'a.json'), 'first')
    })

    test('reads neither what is missing nor a folder', async (t) => {
      const { store } = await open(t)
      await put(store, 'repos/core.json', '{}')
      for (const path of ['repos', 'repos/other.json', 'more/core.json', 'repos/core.json/x']) {
        await assert.rejects(store.read(path), path)
        if (path !== 'repos') assert.equal(await store.stat(path), undefined, path)
      }
    })

    test('lists files and folders of one folder, and nothing of one that is none', async (t) => {
      const { store } = await open(t)
      assert.deepEqual(await store.list(''), [])
      for (const path of ['repos/core.json', 'repos/core/a.json', 'repos/core/b.json', 'repos/corex/c.json'])
        await put(store, path, '{}')
      assert.deepEqual(await entries(store, ''), ['folder repos'])
      assert.deepEqual(await entries(store, 'repos'), ['file core.json', 'folder core', 'folder corex'])
      assert.deepEqual(await entries(store, 'repos/core'), ['file a.json', 'file b.json'])
      for (const path of ['repos/core.json', 'repos/none', 'rep']) assert.deepEqual(await store.list(path), [], path)
    })

    test('deletes a file, a folder with all in it, and what is not there, and nothing beside them', async (t) => {
      const { store } = await open(t)
      for (const path of ['repos/core.json', 'repos/core/a.json', 'repos/core/_/1.json', 'repos/corex/c.json'])
        await put(store, path, '{}')
      await store.delete('repos/core')
      await store.delete('repos/core')
      await store.delete('none/at/all')
      assert.deepEqual(await entries(store, 'repos'), ['file core.json', 'folder corex'])
      await store.delete('repos/core.json')
      assert.deepEqual(await entries(store, 'repos'), ['folder corex'])
      await put(store, 'repos/core/a.json', 'again')
      assert.equal(await text(store, 'repos/core/a.json'), 'again')
    })

    test('stores bytes under their digest once, and says that it holds them', async (t) => {
      const { store, source } = await open(t)
      const blob = source('some bytes')
      const path = blobPath(blob.digest)
      assert.equal(await store.holds(path, blob), false)
      await store.putBlob(blob)
      await store.putBlob(blob)
      assert.equal(await text(store, path), 'some bytes')
      assert.equal(await store.holds(path, blob), true)
      assert.equal(blob.reads(), links ? 0 : 1)
    })

    for (const found of ['', 'other byt', 'Some bytes', 'some bytes and more'])
      test(`does not take \`${found}\` for the bytes of a digest, and puts those in its place`, async (t) => {
        const { store, source } = await open(t)
        const blob = source('some bytes')
        const path = blobPath(blob.digest)
        await put(store, path, found)
        assert.equal(await store.holds(path, blob), false)
        await store.putBlob(blob)
        assert.equal(await text(store, path), 'some bytes')
      })

    if (!links)
      for (const found of ['', 'some byte', 'some bytes!', 'Some bytes'])
        test(`refuses to store \`${found}\` under the digest of other bytes, and leaves nothing`, async (t) => {
          const { store, source } = await open(t)
          const promised = digestOf('some bytes')
          await expectCodeAsync('DIGEST_MISMATCH', () => store.putBlob(source(found, promised)))
          assert.equal(await store.stat(blobPath(promised)), undefined)
        })

    test('makes a folder of blobs and texts appear, over the one before and without its files', async (t) => {
      const { store, source } = await open(t)
      const blob = source('some bytes')
      await store.putBlob(blob)
      await put(store, 'repos/core/hello/1.0.0/old', 'left by hand')
      const parts = new Map<string, Part>([
        ['hello', { digest: blob.digest }],
        ['hello.sha256', { text: 'sum' }],
      ])
      await store.putFolder('repos/core/hello/1.0.0', parts)
      assert.deepEqual(await entries(store, 'repos/core/hello/1.0.0'), ['file hello', 'file hello.sha256'])
      assert.equal(await text(store, 'repos/core/hello/1.0.0/hello'), 'some bytes')
      assert.equal(await text(store, 'repos/core/hello/1.0.0/hello.sha256'), 'sum')
      assert.equal(await store.holds('repos/core/hello/1.0.0/hello', blob), true)
      assert.equal(await store.holds('repos/core/hello/1.0.0/hello.sha256', blob), false)
      await store.delete(blobPath(blob.digest))
      assert.equal(await text(store, 'repos/core/hello/1.0.0/hello'), 'some bytes')
    })

    test('leaves a folder as it was when a blob of the new one is missing', async (t) => {
      const { store } = await open(t)
      await store.putFolder('release', new Map([['file', { text: 'first' }]]))
      const parts = new Map<string, Part>([
        ['file', { text: 'second' }],
        ['blob', { digest: digestOf('nowhere') }],
      ])
      await assert.rejects(store.putFolder('release', parts))
      assert.deepEqual(await entries(store, 'release'), ['file file'])
      assert.equal(await text(store, 'release/file'), 'first')
    })

    test('shows whoever looks on no half of a folder and no half of a file', async (t) => {
      const { store } = await open(t)
      const [one, two] = ['1'.repeat(100_000), '2'.repeat(200_000)]
      const parts = new Map(Array.from({ length: 12 }, (_, at) => [`file-${at}`, { text: 'x' }]))
      let isDone = false
      const writing = (async () => {
        for (let round = 0; round < 15; round++) {
          await store.putFolder('release', parts)
          await put(store, 'document.json', round % 2 === 0 ? one : two)
        }
      })().finally(() => {
        isDone = true
      })
      const isWhole = async () => [0, 12].includes((await store.list('release')).length)
      while (!isDone) {
        // A listing that has begun goes on in a folder that was put aside meanwhile, and is emptied there.
        assert.ok((await isWhole()) || (await isWhole()))
        const found = await text(store, 'document.json').catch(() => one)
        assert.ok(found === one || found === two, `${found.length} bytes`)
        await new Promise(setImmediate)
      }
      await writing
    })

    test('makes all of it durable, also what was put and deleted meanwhile, and twice', async (t) => {
      const { store } = await open(t)
      await store.sync()
      await put(store, 'repos/core/a.json', '{}')
      await put(store, 'repos/core/b.json', '{}')
      await store.delete('repos/core/b.json')
      await store.putFolder('gone/soon', new Map([['file', { text: 'x' }]]))
      await store.delete('gone')
      await store.sync()
      await store.sync()
      assert.deepEqual(await entries(store, 'repos/core'), ['file a.json'])
    })
  })
