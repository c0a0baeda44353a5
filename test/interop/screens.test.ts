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
  /** In the scene's. */
  readonly folder?: string
  readonly exit?: number
  /** Where a dumb terminal has another one. */
  readonly dumbExit?: number
  /** While it runs. */
  readonly act?: (window: Window, place: Place) => Promise<void>
}

type Place = { readonly terminal: Terminal; readonly scene: ScreenScene; readonly tmux: Tmux }

const has = (text: string) => (rows: readonly string[]) => rows.some((row) => row.includes(text))

/** Stands for that of the scene's repo. */
const ADDRESS = 'http://REPO'

/** In this order, as each finds what those before it have left. */
const SCENES: readonly Scene[] = [
  { name: 'help', words: ['--help'] },
  { name: 'help-of-check', words: ['check', '--help'] },
  { name: 'mistyped', words: ['check', '--phaze'], exit: 64 },
  { name: 'misnamed', words: ['info', 'chek-http'], exit: 66 },
  { name: 'list-before', words: ['list'] },
  { name: 'install', words: ['install'], act: pluginByPlugin },
  { name: 'list', words: ['list'] },
  { name: 'why', words: ['why', 'check-disk'] },
  { name: 'check', words: ['check', '--config', 'held.yaml'], exit: 1, act: checkByCheck },
  { name: 'check-watch-end', words: ['check', '--watch', '--config', 'held.yaml'], exit: 1, act: watchChecks },
  { name: 'info', words: ['info', 'check-http', '--changes'] },
  { name: 'add', words: ['add', ADDRESS], folder: 'home', dumbExit: 64, act: agree },
  { name: 'doctor', words: ['doctor'] },
  { name: 'start', words: ['start', '--config', 'services.yaml'], exit: 1 },
  { name: 'status-watch-end', words: ['status', '--watch', '--config', 'services.yaml'], act: watchServices },
  { name: 'stop', words: ['stop', '--config', 'services.yaml'] },
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

/** Each check is let go when the one before is on the screen. */
async function watchChecks(window: Window, place: Place): Promise<void> {
  await window.until(has('watching'))
  const lastOf = { 'check-queue': 'UNKNOWN -', 'check-certificate': 'CRITICAL -', 'check-disk': 'WARNING -' }
  for (const [plugin, said] of Object.entries(lastOf)) {
    place.scene.release(plugin)
    await window.until(has(said))
    if (plugin === 'check-queue') await compare('check-watch-first', window, place)
  }
  await compare('check-watch', window, place)
  await resize(window, place, { name: 'check-watch-resized', below: '  last result' })
  await window.press('C-c')
}

async function watchServices(window: Window, place: Place): Promise<void> {
  await window.until(has('mail-to-customers'))
  await compare('status-watch', window, place)
  await resize(window, place, { name: 'status-watch-resized', below: '  exited with 3' })
  await window.press('C-c')
}

/** The screen gets another width and shows the same, drawn for it, and nothing of what was there before; and back. */
async function resize(window: Window, place: Place, { name, below }: { name: string; below: string }): Promise<void> {
  const { columns, TERM } = place.terminal
  if (TERM === 'dumb') return
  for (const width of [columns === 60 ? 200 : 60, columns]) {
    await window.resize(width, ROWS)
    await window.until((rows) => rows.includes(below) === (width === 60))
    if (width !== columns) await compare(name, window, place)
  }
}

async function agree(window: Window, place: Place): Promise<void> {
  if (place.terminal.TERM === 'dumb') return
  await window.until(has('Are these the keys'))
  await compare('add-asking', window, place)
  await window.press('y')
}

for (const terminal of TERMINALS)
  test(`screens of ${terminal.name === 'dumb' ? 'a dumb terminal' : `${terminal.name} columns`}`, {
    skip,
  }, async (t) => {
    const scene = await aScreenScene(t)
    t.after(scene.endServices)
    const place = { terminal, scene, tmux: openTmux(t) }
    for (const { name, words, folder = '.', exit = 0, dumbExit = exit, act } of SCENES)
      await t.test(name, async () => {
        place.scene.hold()
        const window = await type(words, folder, place)
        await act?.(window, place)
        assert.equal((await window.ended()).code, terminal.TERM === 'dumb' ? dumbExit : exit)
        await compare(name, window, place)
        await requireTidy(window, place)
      })
  })

function type(words: readonly string[], folder: string, { terminal, scene, tmux }: Place): Promise<Window> {
  const { columns, TERM } = terminal
  const place = { cwd: join(scene.folder, folder), env: { ...scene.env, TERM }, columns, rows: ROWS }
  return tmux.run(
    [process.execPath, OCTO, ...words.map((word) => (word === ADDRESS ? scene.registry.url() : word))],
    place,
  )
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
