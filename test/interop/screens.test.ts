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
type Scene = {
  readonly name: string
  readonly words: readonly string[]
  readonly exit?: number
  /** While it runs. */
  readonly act?: (window: Window, place: Place) => Promise<void>
}

type Place = { readonly terminal: Terminal; readonly scene: ScreenScene; readonly tmux: Tmux }

const has = (text: string) => (rows: readonly string[]) => rows.some((row) => row.includes(text))

/** In this order, as each finds what those before it have left. */
const SCENES: readonly Scene[] = [
  { name: 'help', words: ['--help'] },
  { name: 'help-of-check', words: ['check', '--help'] },
  { name: 'mistyped', words: ['check', '--phaze'], exit: 64 },
  { name: 'misnamed', words: ['info', 'chek-http'], exit: 66 },
  { name: 'list-before', words: ['list'] },
  { name: 'install', words: ['install'], act: pluginByPlugin },
  { name: 'list', words: ['list'] },
  { name: 'check', words: ['check', '--config', 'held.yaml'], exit: 1, act: checkByCheck },
  { name: 'info', words: ['info', 'check-http', '--changes'] },
]

const SPINNER = /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /
const runs = (plugin: string) => (rows: readonly string[]) =>
  rows.some((row) => SPINNER.test(row) && row.includes(plugin))

/** What stands above the rows of what runs is in the order of its end. */
async function checkByCheck(window: Window, place: Place): Promise<void> {
  const { scene, terminal } = place
  const isDumb = terminal.TERM === 'dumb'
  if (!isDumb) await window.until((rows) => runs('check-port')(rows) && runs('check-queue')(rows))
  for (const plugin of ['check-queue', 'check-port', 'check-certificate', 'check-disk']) {
    if (!isDumb) await window.until(runs(plugin))
    if (plugin === 'check-certificate' && !isDumb) {
      await window.until(runs('check-disk'))
      await compare('check-running', window, place)
    }
    scene.release(plugin)
    if (!isDumb) await window.until((rows) => !runs(plugin)(rows))
  }
}

async function pluginByPlugin(window: Window, place: Place): Promise<void> {
  const isDumb = place.terminal.TERM === 'dumb'
  const plugins = ['check-certificate', 'check-disk', 'check-port', 'check-queue']
  if (!isDumb) {
    await window.until((rows) => plugins.every((plugin) => rows.some((row) => runs(plugin)([row]) && / of /.test(row))))
    await compare('install-running', window, place)
  }
  for (const plugin of plugins) {
    await place.scene.download(plugin)
    await window.until(has(`✓ core/${plugin}@`))
  }
}

for (const terminal of TERMINALS)
  test(`screens of ${terminal.name === 'dumb' ? 'a dumb terminal' : `${terminal.name} columns`}`, {
    skip,
  }, async (t) => {
    const place = { terminal, scene: await aScreenScene(t), tmux: openTmux(t) }
    for (const { name, words, exit = 0, act } of SCENES)
      await t.test(name, async () => {
        const window = await type(words, place)
        await act?.(window, place)
        assert.equal((await window.ended()).code, exit)
        await compare(name, window, place)
        await requireTidy(window, place)
      })
  })

function type(words: readonly string[], { terminal: { columns, TERM }, scene, tmux }: Place): Promise<Window> {
  const place = { cwd: scene.folder, env: { ...scene.env, TERM }, columns, rows: ROWS }
  return tmux.run([process.execPath, OCTO, ...words], place)
}

async function compare(name: string, window: Window, { terminal, scene }: Place): Promise<void> {
  const path = join(SCREENS, terminal.name, `${name}.txt`)
  const shown = inOrder(scene.plain(await window.rows()))
    .map((row) => `${row}\n`)
    .join('')
  if (process.env.OCTO_WRITE_SCREENS === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, shown)
  }
  assert.equal(shown, readFileSync(path, 'utf8'))
}

/** What runs at once began in any order. */
function inOrder(rows: readonly string[]): readonly string[] {
  const running = rows.filter((row) => SPINNER.test(row)).sort()
  return rows.map((row) => (SPINNER.test(row) ? (running.shift() ?? '') : row))
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
