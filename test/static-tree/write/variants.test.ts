// Whether a document of the tree and its compressed variants are left as they are or written anew.
import assert from 'node:assert/strict'
import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { compress, isDocumentThere, isShown } from '../../../static-tree/write/variants.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const BODY = Buffer.from(JSON.stringify({ plugin: 'check-tcp', versions: ['1.0.0', '1.1.0'] }))
const CHANGED_AT = new Date('2026-03-04T05:06:07.000Z')

/** Writes a file that has the time of the others, as an attacker or a failing disk may leave it. */
function put(path: string, bytes: Uint8Array | string): void {
  writeFileSync(path, bytes)
  utimesSync(path, CHANGED_AT, CHANGED_AT)
}

async function aDocument(t: TestContext): Promise<string> {
  const path = join(tempFolder(t), 'check-tcp.json')
  const { gz, br } = await compress(BODY)
  put(path, BODY)
  put(`${path}.gz`, gz)
  put(`${path}.br`, br)
  return path
}

type Case = { readonly damage: (path: string) => unknown; readonly quick: boolean; readonly deep: boolean }
const later = new Date(CHANGED_AT.getTime() + 1000)
const CASES: Readonly<Record<string, Case>> = {
  'nothing changed': { damage: () => {}, quick: true, deep: true },
  'the document is missing': { damage: (path) => rmSync(path), quick: false, deep: false },
  'the document says something else': { damage: (path) => put(path, '{}'), quick: false, deep: false },
  'the document is younger': { damage: (path) => utimesSync(path, later, later), quick: false, deep: false },
  ...Object.fromEntries(
    ['gz', 'br'].flatMap((suffix): (readonly [string, Case])[] => [
      [`.${suffix} is missing`, { damage: (path) => rmSync(`${path}.${suffix}`), quick: false, deep: false }],
      [`.${suffix} is empty`, { damage: (path) => put(`${path}.${suffix}`, ''), quick: false, deep: false }],
      [
        `.${suffix} is older`,
        { damage: (path) => utimesSync(`${path}.${suffix}`, new Date(0), new Date(0)), quick: false, deep: false },
      ],
      [`.${suffix} is no packed text`, { damage: (path) => put(`${path}.${suffix}`, 'x'), quick: true, deep: false }],
      [
        `.${suffix} says something else`,
        {
          damage: async (path) => put(`${path}.${suffix}`, (await compress(Buffer.from('{}')))[suffix as 'gz']),
          quick: true,
          deep: false,
        },
      ],
      [
        `.${suffix} says more`,
        {
          damage: async (path) => {
            const more = await compress(Buffer.concat([BODY, BODY]))
            put(`${path}.${suffix}`, more[suffix as 'gz'])
          },
          quick: true,
          deep: false,
        },
      ],
    ]),
  ),
}

for (const [what, { damage, quick, deep }] of Object.entries(CASES))
  test(`a document is ${deep ? 'left alone' : quick ? 'written anew after a deep look' : 'written anew'} when ${what}`, async (t) => {
    const path = await aDocument(t)
    await damage(path)
    assert.deepEqual([await isShown(path, BODY, 'quick'), await isShown(path, BODY, 'deep')], [quick, deep])
  })

test('a document that is there with its variants counts as there, whatever it says', async (t) => {
  const path = await aDocument(t)
  put(path, '{}')
  assert.equal(await isDocumentThere(path), true)
  rmSync(`${path}.br`)
  assert.equal(await isDocumentThere(path), false)
  assert.equal(statSync(path).mtimeMs, CHANGED_AT.getTime())
})

for (const length of [0, 100, 64 * 1024, 64 * 1024 + 1])
  test(`the variants of ${length} bytes unpack to them`, async () => {
    const body = Buffer.alloc(length, 'octo ')
    const { gz, br } = await compress(body)
    assert.ok(gunzipSync(gz).equals(body) && brotliDecompressSync(br).equals(body))
  })
