// Whether a document of the tree and its compressed variants are left as they are or written anew.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { openDiskTree } from '../../../static-tree/write/disk.ts'
import { isDocumentThere, putDocument } from '../../../static-tree/write/document.ts'
import type { TreeStore } from '../../../static-tree/write/store.ts'
import { compress } from '../../../static-tree/write/variants.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { openMemoryTree } from '../../support/registry/memory-tree.ts'

const PATH = 'repos/core/check-tcp.json'
const BODY = Buffer.from(JSON.stringify({ plugin: 'check-tcp', versions: ['1.0.0', '1.1.0'] }))
const DOCUMENT = { path: PATH, bytes: BODY.toString() }

/** Puts bytes that have the time of the document, as an attacker or a failing disk may leave them. */
async function damage(store: TreeStore, path: string, bytes: Uint8Array | string, laterMs = 0): Promise<void> {
  const found = await store.stat(PATH)
  await store.put(path, Buffer.from(bytes), new Date((found?.changedAtMs ?? 0) + laterMs))
}

const other = compress(Buffer.from('{}'))
const more = compress(Buffer.concat([BODY, BODY]))

type Case = { readonly change: (store: TreeStore) => Promise<void>; readonly seen: 'never' | 'deep' | 'quick' }
const CASES: Readonly<Record<string, Case>> = {
  'nothing changed': { change: async () => {}, seen: 'never' },
  'the document is missing': { change: (store) => store.delete(PATH), seen: 'quick' },
  'the document is empty': { change: (store) => damage(store, PATH, ''), seen: 'quick' },
  'the document says something else': { change: (store) => damage(store, PATH, '{}'), seen: 'quick' },
  'the document is younger': { change: (store) => damage(store, PATH, BODY, 1000), seen: 'quick' },
}
for (const suffix of ['gz', 'br'] as const) {
  const path = `${PATH}.${suffix}`
  const variants: typeof CASES = {
    'is missing': { change: (store) => store.delete(path), seen: 'quick' },
    'is empty': { change: (store) => damage(store, path, ''), seen: 'quick' },
    'is older': { change: async (store) => damage(store, path, await store.read(path), -1000), seen: 'quick' },
    'is no packed text': { change: (store) => damage(store, path, 'x'), seen: 'deep' },
    'says something else': { change: async (store) => damage(store, path, (await other)[suffix]), seen: 'deep' },
    'says more': { change: async (store) => damage(store, path, (await more)[suffix]), seen: 'deep' },
  }
  for (const [what, row] of Object.entries(variants)) Object.assign(CASES, { [`.${suffix} ${what}`]: row })
}

const STORES: Readonly<Record<string, (t: TestContext) => Promise<TreeStore>>> = {
  disk: (t) => {
    const folder = tempFolder(t)
    return openDiskTree({ root: join(folder, 'tree'), staging: join(folder, 'staging') })
  },
  memory: async () => openMemoryTree(),
}

for (const [name, open] of Object.entries(STORES))
  for (const [what, { change, seen }] of Object.entries(CASES))
    test(`on ${name}, ${seen === 'never' ? 'no' : seen === 'deep' ? 'only a deep' : 'every'} look writes a document anew when ${what}`, async (t) => {
      for (const look of ['quick', 'deep'] as const) {
        const store = await open(t)
        assert.equal(await putDocument(store, DOCUMENT), true)
        await change(store)
        const isWritten = seen === 'quick' || (seen === 'deep' && look === 'deep')
        assert.equal(await putDocument(store, DOCUMENT, look), isWritten, look)
        if (!isWritten) continue
        assert.ok((await store.read(PATH)).equals(BODY))
        assert.ok(gunzipSync(await store.read(`${PATH}.gz`)).equals(BODY))
        assert.ok(brotliDecompressSync(await store.read(`${PATH}.br`)).equals(BODY))
        assert.equal(await putDocument(store, DOCUMENT, 'deep'), false)
      }
    })

test('a document that is there with its variants counts as there, whatever it says', async () => {
  const store = openMemoryTree()
  await putDocument(store, DOCUMENT)
  await damage(store, PATH, '{}')
  assert.equal(await isDocumentThere(store, PATH), true)
  await store.delete(`${PATH}.br`)
  assert.equal(await isDocumentThere(store, PATH), false)
})

for (const length of [0, 100, 64 * 1024, 64 * 1024 + 1])
  test(`the variants of ${length} bytes unpack to them`, async () => {
    const body = Buffer.alloc(length, 'octo ')
    const { gz, br } = await compress(body)
    assert.ok(gunzipSync(gz).equals(body) && brotliDecompressSync(br).equals(body))
  })

/** By which web servers and rsync tell whether a file is another one. */
async function looksLike(store: TreeStore, path: string): Promise<string> {
  const found = await store.stat(path)
  return `${Math.floor((found?.changedAtMs ?? 0) / 1000)} ${found?.size}`
}

for (const [name, open] of Object.entries(STORES))
  test(`on ${name}, a document that changes twice in a second, or as a clock was set back, looks changed to web servers and rsync`, async (t) => {
    const store = await open(t)
    const years = new Date(Date.now() + 1e11)
    for (const path of [PATH, `${PATH}.gz`, `${PATH}.br`]) await store.put(path, Buffer.from('{}'), years)
    const seen = new Set<string>()
    for (const word of ['yanked', 'active', 'yanked', 'active']) {
      assert.equal(await putDocument(store, { path: PATH, bytes: `{"state":"${word}"}` }), true)
      for (const path of [PATH, `${PATH}.gz`, `${PATH}.br`]) seen.add(`${path} ${await looksLike(store, path)}`)
      assert.ok(await isDocumentThere(store, PATH))
    }
    assert.equal(seen.size, 12)
    assert.ok(((await store.stat(PATH))?.changedAtMs ?? 0) > years.getTime())
  })
