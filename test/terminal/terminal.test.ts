import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTerminal } from '../../terminal/terminal.ts'
import { collectedStreams } from '../support/machine/collected-streams.ts'

test('data goes to stdout and logs go to stderr', () => {
  const streams = collectedStreams()
  const terminal = openTerminal({}, streams)
  terminal.print('data')
  terminal.info('note')
  terminal.warn('careful')
  terminal.error('bad')
  terminal.debug('detail')
  assert.equal(streams.stdout(), 'data\n')
  assert.equal(streams.stderr(), 'note\nwarning: careful\nerror: bad\n')
})

test('--quiet leaves data and errors', () => {
  const streams = collectedStreams()
  const terminal = openTerminal({ quiet: true, verbose: true }, streams)
  terminal.print('data')
  for (const level of ['debug', 'info', 'warn', 'error'] as const) terminal[level](level)
  assert.equal(streams.stdout(), 'data\n')
  assert.equal(streams.stderr(), 'error: error\n')
})

test('--verbose adds details', () => {
  const streams = collectedStreams()
  openTerminal({ verbose: true }, streams).debug('detail')
  assert.equal(streams.stderr(), 'detail\n')
})

test('a result is one JSON document with --json and text without', () => {
  const answer = { json: [{ name: 'a' }], text: () => 'one plugin' }
  const [machine, person] = [collectedStreams(), collectedStreams()]
  openTerminal({ json: true }, machine).result(answer)
  openTerminal({}, person).result(answer)
  assert.deepEqual(JSON.parse(machine.stdout()), [{ name: 'a' }])
  assert.equal(person.stdout(), 'one plugin\n')
})

test('a result is wrapped at words on a terminal and whole in a pipe, and what is to be copied is whole everywhere', () => {
  const text = () => 'core/check-tcp 1.0.0 is yanked: it loses files\n  `octo update check-tcp` takes another'
  const shown = (tty: boolean, answer: { text(): string } | { verbatim(): string }) => {
    const streams = collectedStreams({ tty, columns: 30 })
    openTerminal({}, streams).result({ json: null, ...answer })
    return streams.stdout()
  }
  assert.equal(
    shown(true, { text }),
    'core/check-tcp 1.0.0 is\n  yanked: it loses files\n  `octo update check-tcp`\n  takes another\n',
  )
  assert.equal(shown(false, { text }), `${text()}\n`)
  for (const tty of [true, false]) assert.equal(shown(tty, { verbatim: text }), `${text()}\n`)
})

test('what others wrote reaches no terminal by way of JSON, and reads as what it is', () => {
  const value = { '\u009b2J': ['\u001b]0;x\u0007', '\u202e\u2028\u{e0041}\u007f', 'é密\u{1f600}\n'] }
  const streams = collectedStreams()
  openTerminal({ json: true }, streams).result({ json: value, text: () => '' })
  assert.deepEqual(JSON.parse(streams.stdout()), value)
  assert.doesNotMatch(streams.stdout().replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
  assert.match(streams.stdout(), /"é密\u{1f600}\\n"/u)
})

test('nobody is asked anything with --json, with --quiet or without a terminal', () => {
  const asks = (flags: object, tty: boolean) => openTerminal(flags, collectedStreams({ tty })).interactive
  assert.deepEqual(
    [asks({}, true), asks({ json: true }, true), asks({ quiet: true }, true), asks({}, false)],
    [true, false, false, false],
  )
})

test('a table fits the terminal it is shown on', () => {
  const streams = collectedStreams({ tty: true, columns: 30, env: { NO_COLOR: '1' } })
  const columns = [{ title: 'name' }, { title: 'digest', shrinks: true }]
  openTerminal({}, streams).table({ columns, rows: [['core/check-tcp', 'one digest after another']] })
  assert.ok(
    streams
      .stdout()
      .split('\n')
      .every((line) => line.length <= 30),
    streams.stdout(),
  )
})
