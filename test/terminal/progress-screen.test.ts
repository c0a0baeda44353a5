// Progress as a person sees it: what is written goes through a terminal emulator, and the screen is read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTerminal } from '../../terminal/terminal.ts'
import { openScreen } from '../support/machine/screen.ts'

const spinning = (label: string) => new RegExp(`^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] ${label} `)
const hasRow = (label: string) => (lines: readonly string[]) => lines.some((line) => spinning(label).test(line))

test('rows are what runs now; what ended stands above, once', async () => {
  const screen = openScreen()
  using progress = openTerminal({}, screen.streams).progress({ delayMs: 0, unit: 'steps', title: 'checking', items: 4 })
  const [a, b] = [progress.item('a preflight'), progress.item('b preflight')]
  await screen.until((lines) => hasRow('a preflight')(lines) && hasRow('b preflight')(lines))
  a.done()
  const health = progress.item('a health')
  await screen.until(hasRow('a health'))
  b.done('fine')
  progress.item('b health')
  const lines = await screen.until(hasRow('b health'))
  assert.equal(lines.length, 5, lines.join('\n'))
  assert.match(lines[0] ?? '', /^✓ a preflight {2}[\d.]+ m?s$/)
  assert.match(lines[1] ?? '', /^✓ b preflight {2}fine {2}[\d.]+ m?s$/)
  assert.match(lines[2] ?? '', /^. a health {2}\d+ s$/)
  assert.match(lines[3] ?? '', /^. b health {2}\d+ s$/)
  assert.equal(lines[4], 'checking  2/4')
  health.fail('refused')
  progress.stop()
  const end = await screen.lines()
  assert.equal(end.length, 3)
  assert.equal(end[2], '✗ a health  refused')
  assert.deepEqual(await screen.cursor(), { line: 3, column: 0, visible: true })
})

test('bytes have bars', async () => {
  const screen = openScreen({ columns: 100 })
  using progress = openTerminal({}, screen.streams).progress({ delayMs: 0, title: 'installing' })
  const item = progress.item('core/check-tcp', 4096)
  item.advance(1024)
  const lines = await screen.until((shown) => shown.some((line) => line.includes('1 KiB')))
  assert.match(lines.join('\n'), /^. core\/check-tcp {2}━{6}─{18} {2}1 KiB of 4 KiB$/)
  item.done()
  progress.stop()
  assert.match((await screen.lines()).join('\n'), /^✓ core\/check-tcp {2}1 KiB {2}[\d.]+ m?s$/)
})

test('where it is narrow the bar gives up its room before the name does', async () => {
  const screen = openScreen({ columns: 60 })
  using progress = openTerminal({}, screen.streams).progress({ delayMs: 0, title: 'installing' })
  progress.item('core/check-certificate@1.0.0', 4096).advance(1024)
  const lines = await screen.until((shown) => shown.some((line) => line.includes('1 KiB')))
  assert.match(lines.join('\n'), /^. core\/check-certificate@1\.0\.0 {2}━{3}─{8} {2}1 KiB of 4 KiB$/)
})

const sizes = [
  { columns: 20, rows: 5 },
  { columns: 40, rows: 24 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 60 },
  { columns: 1, rows: 1 },
  { columns: 7, rows: 3 },
]
for (const { columns, rows } of sizes)
  for (const label of [
    'web health check-tcp',
    'x'.repeat(300),
    '日本語'.repeat(30),
    '👩‍👩‍👧'.repeat(20),
    '👍🏽'.repeat(40),
    'e\u0301'.repeat(90),
  ])
    test(`forty rows of ${label.slice(0, 8)}… in ${columns}×${rows} leave nothing behind`, async () => {
      const screen = openScreen({ columns, rows })
      screen.write('$ octo check\n')
      const terminal = openTerminal({}, screen.streams)
      const progress = terminal.progress({ delayMs: 0, unit: 'steps', endsSilently: true })
      const items = Array.from({ length: 40 }, () => progress.item(label))
      if (rows > 1) await screen.until((lines) => lines.length > 1)
      for (const item of items.slice(0, 20)) item.done()
      terminal.print('a line')
      for (const item of items.slice(20)) item.done()
      progress.stop()
      terminal.print('the end')
      assert.deepEqual(
        (await screen.lines()).filter((line) => line.trim() !== ''),
        ['$ octo check', 'a line', 'the end'],
      )
    })

const narrowings = [
  [80, 60],
  [80, 40],
  [80, 20],
  [100, 30],
  [40, 120],
] as const
for (const [before, after] of narrowings)
  test(`a window that goes from ${before} to ${after} columns keeps no remains of rows`, async () => {
    const screen = openScreen({ columns: before })
    const terminal = openTerminal({}, screen.streams)
    terminal.print('above')
    const progress = terminal.progress({ delayMs: 0, title: 'installing' })
    for (const label of ['core/check-tcp@1.0.0', 'core/check-server-url@1.0.0']) progress.item(label, 1000).advance(10)
    await screen.until((lines) => lines.length === 4)
    screen.resize(after, 24)
    terminal.print('below')
    progress.stop()
    assert.deepEqual(await screen.lines(), ['above', 'below'])
  })

test('lines of every kind stand above the rows, neither lost nor doubled', async () => {
  const screen = openScreen()
  const terminal = openTerminal({}, screen.streams)
  const progress = terminal.progress({ delayMs: 0, unit: 'steps' })
  progress.item('web health')
  await screen.until(hasRow('web health'))
  terminal.warn('slow mirror')
  terminal.print('data')
  terminal.table({ columns: [{ title: 'name' }], rows: [['core']] })
  const lines = await screen.lines()
  assert.deepEqual(lines.slice(0, 4), ['warning: slow mirror', 'data', 'name', 'core'])
  assert.match(lines[4] ?? '', spinning('web health'))
  progress.stop()
  assert.equal((await screen.lines()).length, 4)
})

test('names and reasons from others move nothing on the screen', async () => {
  const hostile = '\u001b[2J\u001b[Hweb\r\n\u202eok'
  const screen = openScreen()
  screen.write('above\n')
  const progress = openTerminal({}, screen.streams).progress({ delayMs: 0, unit: 'steps' })
  const item = progress.item(hostile)
  const lines = await screen.until((shown) => shown.length === 2)
  assert.match(lines[1] ?? '', /^. \\u\{1b\}\[2J/)
  item.fail(hostile)
  progress.item(hostile).done(hostile)
  progress.stop()
  const end = await screen.lines()
  assert.equal(end[0], 'above')
  assert.match(end[1] ?? '', /^✗ \\u\{1b\}.* {2}\\u\{1b\}/)
  assert.match(end[2] ?? '', /^✓ \\u\{1b\}.* {2}\\u\{1b\}/)
  assert.equal(end.length, 3)
})

const plainPlaces: readonly Readonly<Record<string, string>>[] = [
  { TERM: 'dumb' },
  { TERM: '' },
  { TERM: 'unknown' },
  { CI: 'true' },
  { CI: '1', TERM: 'xterm' },
]
for (const env of plainPlaces)
  test(`a terminal with ${JSON.stringify(env)} gets plain lines`, () => {
    let written = ''
    const { streams } = openScreen({ env: { ...env, NO_COLOR: '1' } })
    const stream = { isTTY: true, columns: 80, rows: 24, write: (text: string) => (written += text) }
    using progress = openTerminal({}, { ...streams, out: stream, err: stream }).progress({ delayMs: 0 })
    progress.item('core/check-tcp', 10).done()
    assert.match(written, /^✓ core\/check-tcp {2}[\d.]+ m?s\n$/)
  })

test('without a terminal it is said now and then what still runs', async () => {
  const said = Promise.withResolvers<string>()
  const stream = { isTTY: false, write: (text: string) => said.resolve(text) }
  const streams = { out: stream, err: stream, env: {}, interactive: false }
  using progress = openTerminal({}, streams).progress({ heartbeatMs: 5 })
  for (const label of ['a', 'b', 'c', 'd']) progress.item(label, 2048).advance(1024)
  const line = (await said.promise).replace(/\d+ s(?=\))/g, '… s')
  assert.equal(
    line,
    'still running: a (1 KiB of 2 KiB, … s), b (1 KiB of 2 KiB, … s), c (1 KiB of 2 KiB, … s) and 1 more\n',
  )
})
