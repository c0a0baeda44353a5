// A table that is drawn again in place, on a real screen of a terminal emulator.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTerminal } from '../../terminal/terminal.ts'
import { collectedStreams } from '../support/machine/collected-streams.ts'
import { openScreen } from '../support/machine/screen.ts'

const table = (...rows: readonly string[][]) => ({ columns: [{ title: 'status' }, { title: 'service' }], rows })

test('it stands in one place, whatever changes, with log lines above it', async () => {
  const screen = openScreen({ rows: 12 })
  const terminal = openTerminal({}, screen.streams)
  const live = terminal.liveTable()
  assert.ok(live)
  live.show(table(['waiting', 'web'], ['waiting', 'db']), ['', '2 waiting'])
  terminal.warn('slow')
  live.show(table(['failed', 'web'], ['ok', 'db']), ['', '1 passed, 1 failed'])
  const lines = (await screen.lines()).map((line) => line.trimEnd())
  assert.deepEqual(lines, ['warning: slow', 'status  service', 'failed  web', 'ok      db', '', '1 passed, 1 failed'])
})

test('what is higher than the screen is cut, and its notes stay', async () => {
  const screen = openScreen({ rows: 6 })
  const live = openTerminal({}, screen.streams).liveTable()
  for (const status of ['waiting', 'ok'])
    live?.show(table(...Array.from({ length: 20 }, (_, index) => [status, `s${index}`])), ['20 checks'])
  const lines = (await screen.lines()).map((line) => line.trimEnd())
  assert.deepEqual(lines, ['status  service', 'ok      s0', 'ok      s1', '… 18 more lines', '20 checks'])
})

test('what is wider than the screen is broken, so that nothing above is drawn over', async () => {
  const screen = openScreen({ rows: 12, columns: 20 })
  const terminal = openTerminal({}, screen.streams)
  const live = terminal.liveTable()
  terminal.print('above')
  for (const status of ['waiting', 'ok'])
    live?.show({ columns: [{ title: 'why' }], rows: [[`${status}-${'x'.repeat(30)}`]] }, [
      '',
      'one sentence, and more of it',
    ])
  const lines = (await screen.lines()).map((line) => line.trimEnd())
  assert.deepEqual(lines, [
    'above',
    'why',
    `ok-${'x'.repeat(17)}`,
    'x'.repeat(13),
    '',
    'one sentence, and',
    '  more of it',
  ])
})

test('what has not changed is not drawn again, until its end takes away what was typed below it', async () => {
  const screen = openScreen({ rows: 12 })
  const live = openTerminal({}, screen.streams).liveTable()
  live?.show(table(['ok', 'web']), [])
  const { length } = screen.raw()
  live?.show(table(['ok', 'web']), [])
  assert.equal(screen.raw().length, length)
  screen.write('^C')
  live?.end()
  assert.deepEqual(
    (await screen.lines()).map((line) => line.trimEnd()),
    ['status  service', 'ok      web'],
  )
})

test('a screen that has another size now is drawn again', async () => {
  const screen = openScreen({ rows: 12, columns: 200 })
  const live = openTerminal({}, screen.streams).liveTable()
  const why = 'a sentence of many words that is longer than sixty cells, as it has this end'
  const show = () => live?.show({ columns: [{ title: 'name' }, { title: 'why' }], rows: [['web', why]] }, [])
  show()
  screen.resize(60, 12)
  show()
  const lines = (await screen.lines()).map((line) => line.trimEnd())
  assert.deepEqual(lines, [
    'name  why',
    'web   a sentence of many words that is longer than sixty',
    '      cells, as it has this end',
  ])
})

test('where nothing can be drawn again there is none', () => {
  assert.equal(openTerminal({}, collectedStreams()).liveTable(), undefined)
  assert.equal(openTerminal({}, collectedStreams({ tty: true, env: { CI: '1' } })).liveTable(), undefined)
})
