// The picture at the top of README.md is one of a run: this test types README's first minutes on a terminal, as far as
// they are in it, and draws them again.
// `OCTO_WRITE_DOCUMENTS=1` before it writes the picture.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DOMParser } from '@xmldom/xmldom'
import { drawSession } from '../../tools/session/draw-session.ts'
import { lacksPty } from '../support/machine/pty.ts'
import { readDocument } from '../support/octo/document-blocks.ts'
import { recordSession } from '../support/session/record-session.ts'

const PICTURE = 'docs/pictures/first-minutes.svg'
const FILE = join(import.meta.dirname, '../..', PICTURE)
/** As wide as a telephone can show. */
const COLUMNS = 54
const VISIBLE_ROWS = 21
/** Of all that is typed, what the picture shows. */
const SHOWN = [
  /^octo add http.*core/,
  /^octo add check-tcp$/,
  /^cat >> octo\.yaml/,
  /^octo check$/,
  /^octo init /,
  /^octo publish /,
  /^octo add http.*acme/,
  /^octo add my-check$/,
  /^octo check --frozen --offline$/,
]
const skip = process.platform === 'linux' ? lacksPty() : 'the picture is one of Linux'

test('the picture of README.md is what its lines do on a terminal', { skip }, async (t) => {
  const all = await recordSession(t, { columns: COLUMNS, shown: SHOWN })
  const turns = SHOWN.map((pattern) => all.find(({ command }) => pattern.test(command)))
  const shown = turns.filter((turn) => turn !== undefined)
  assert.equal(shown.length, SHOWN.length)
  for (const { command, typed } of shown) {
    assert.deepEqual(
      typed.map(({ text }) => text.slice(2)),
      command.split('\n'),
    )
  }
  const drawn = drawSession(shown, {
    title: 'octo on a terminal: a plugin used, written, published and checked',
    description: `A recorded session. Typed, one after the other: ${shown.map(({ command }) => command.replaceAll('\n', '; ')).join(' — ')}. The last check says: 1 passed.`,
    name: '~/octo-tour',
    columns: COLUMNS,
    visibleRows: VISIBLE_ROWS,
  })
  if (process.env.OCTO_WRITE_DOCUMENTS === '1') writeFileSync(FILE, drawn)
  assert.deepEqual(differing(readFileSync(FILE, 'utf8'), drawn), [], 'OCTO_WRITE_DOCUMENTS=1 draws the picture anew')
})

test('the picture is one small file that fetches and runs nothing, is read aloud, and stands still where that is asked for', () => {
  const text = readDocument(PICTURE)
  assert.ok(readDocument('README.md').includes(`](${PICTURE})`))
  assert.ok(Buffer.byteLength(text) < 100_000)
  const { documentElement } = new DOMParser().parseFromString(text, 'image/svg+xml')
  assert.equal(documentElement?.tagName, 'svg')
  for (const name of ['title', 'desc'])
    assert.match(documentElement?.getElementsByTagName(name)[0]?.textContent ?? '', /octo/)
  assert.doesNotMatch(text, /<script|<image|<foreignObject|href|url\(|@import|@font-face|\son\w+=/)
  assert.match(text, /prefers-reduced-motion: reduce\) \{[^}]+animation: none !important/)
  assert.match(text, /prefers-color-scheme: dark/)
})

/** The first lines of two texts that are not the same: of the whole picture nobody finds them. */
function differing(known: string, drawn: string): readonly (string | undefined)[] {
  const lines = known.split('\n')
  const others = drawn.split('\n')
  const at = lines.findIndex((line, index) => line !== others[index])
  return at < 0 && lines.length === others.length ? [] : [lines[at], others[at]]
}
