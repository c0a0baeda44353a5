// What people see, as a real terminal shows it: each scene at 60, 80 and 200 columns and with TERM=dumb is as the file in
// test/fixtures/screens/ has it. `OCTO_WRITE_SCREENS=1` writes those anew; read the difference before it is kept.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cellWidth } from '../../terminal/cell-width.ts'
import type { Tmux, Window } from '../support/machine/tmux.ts'
import { lacksTmux, openTmux } from '../support/machine/tmux.ts'
import type { ScreenScene } from '../support/octo/screen-scene.ts'
import { aScreenScene } from '../support/octo/screen-scene.ts'

const OCTO = fileURLToPath(new URL('../../bin/octo.js', import.meta.url))
const SCREENS = fileURLToPath(new URL('../fixtures/screens/', import.meta.url))
const skip = lacksTmux()

const TERMINALS = [
  { name: '60', columns: 60, TERM: 'tmux-256color' },
  { name: '80', columns: 80, TERM: 'tmux-256color' },
  { name: '200', columns: 200, TERM: 'tmux-256color' },
  { name: 'dumb', columns: 80, TERM: 'dumb' },
] as const
/** As high as the longest help, so that all of it is on the screen. */
const ROWS = 100

type Terminal = (typeof TERMINALS)[number]
type Place = { readonly terminal: Terminal; readonly scene: ScreenScene; readonly tmux: Tmux }

for (const terminal of TERMINALS)
  test(`screens of ${terminal.name === 'dumb' ? 'a dumb terminal' : `${terminal.name} columns`}`, {
    skip,
  }, async (t) => {
    const place = { terminal, scene: await aScreenScene(t), tmux: openTmux(t) }
    const shows = (name: string, words: readonly string[], code = 0) =>
      t.test(name, async () => {
        const window = await type(words, place)
        assert.equal((await window.ended()).code, code)
        await compare(name, window, place)
        await requireTidy(window, place)
      })
    await shows('help', ['--help'])
    await shows('help-of-check', ['check', '--help'])
    await shows('mistyped', ['check', '--phaze'], 64)
    await shows('list', ['list'])
  })

function type(words: readonly string[], { terminal: { columns, TERM }, scene, tmux }: Place): Promise<Window> {
  const place = { cwd: scene.folder, env: { ...scene.env, TERM }, columns, rows: ROWS }
  return tmux.run([process.execPath, OCTO, ...words], place)
}

async function compare(name: string, window: Window, { terminal, scene }: Place): Promise<void> {
  const path = join(SCREENS, terminal.name, `${name}.txt`)
  const shown = scene
    .plain(await window.rows())
    .map((row) => `${row}\n`)
    .join('')
  if (process.env.OCTO_WRITE_SCREENS === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, shown)
  }
  assert.equal(shown, readFileSync(path, 'utf8'))
}

/** After it has ended: the cursor waits below, no line is left for the terminal to break, and a dumb one was sent text only. */
async function requireTidy(window: Window, { terminal: { columns, TERM } }: Place): Promise<void> {
  const { raw } = await window.ended()
  if (TERM === 'dumb') assert.doesNotMatch(raw, /\u001b/)
  const { column, visible } = await window.cursor()
  assert.deepEqual({ column, visible }, { column: 0, visible: true })
  const tooWide = (await window.lines()).filter((line) => cellWidth(line) > columns)
  assert.deepEqual(tooWide.filter(canBreak), [])
}

/** A command to be copied cannot, nor can an address. */
function canBreak(line: string): boolean {
  return !/^ +\$ /.test(line) && line.trim().includes(' ')
}
