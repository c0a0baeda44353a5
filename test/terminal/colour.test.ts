import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paintFor, wantsColour } from '../../terminal/index.ts'
import { collectedStreams } from '../support/machine/collected-streams.ts'

const terminal = collectedStreams({ tty: true }).out
const pipe = collectedStreams({ tty: false }).out

const XTERM = { TERM: 'xterm-256color' }

const rows = [
  { says: 'a terminal gets colour', stream: terminal, env: XTERM, colour: true },
  { says: 'a pipe gets none', stream: pipe, env: {}, colour: false },
  { says: 'NO_COLOR takes it from a terminal', stream: terminal, env: { ...XTERM, NO_COLOR: '1' }, colour: false },
  { says: 'an empty NO_COLOR says nothing', stream: terminal, env: { ...XTERM, NO_COLOR: '' }, colour: true },
  { says: 'FORCE_COLOR gives it to a pipe', stream: pipe, env: { FORCE_COLOR: '1' }, colour: true },
  {
    says: 'FORCE_COLOR=0 takes it from a terminal',
    stream: terminal,
    env: { ...XTERM, FORCE_COLOR: '0' },
    colour: false,
  },
  {
    says: 'NO_COLOR is stronger than FORCE_COLOR',
    stream: pipe,
    env: { NO_COLOR: '1', FORCE_COLOR: '1' },
    colour: false,
  },
  { says: 'a dumb terminal gets none', stream: terminal, env: { TERM: 'dumb' }, colour: false },
  { says: 'a terminal that does not say what it is gets none', stream: terminal, env: {}, colour: false },
  { says: 'Windows has no TERM, and gets colour', stream: terminal, env: { OS: 'Windows_NT' }, colour: true },
  {
    says: 'FORCE_COLOR gives it to a dumb terminal',
    stream: terminal,
    env: { TERM: 'dumb', FORCE_COLOR: '1' },
    colour: true,
  },
  {
    says: 'FORCE_COLOR=false takes it from a terminal',
    stream: terminal,
    env: { ...XTERM, FORCE_COLOR: 'false' },
    colour: false,
  },
  {
    says: '--no-color is stronger than all',
    stream: terminal,
    env: { ...XTERM, FORCE_COLOR: '1' },
    flag: false,
    colour: false,
  },
  { says: "commander's default for --no-color changes nothing", stream: pipe, env: {}, flag: true, colour: false },
]

for (const { says, stream, env, flag, colour } of rows)
  test(says, () => assert.equal(wantsColour({ stream, env, flag }), colour))

test('a painter without colour returns its text unchanged', () => {
  assert.equal(paintFor(false).red('text'), 'text')
  assert.equal(paintFor(true).red('text'), '\u001b[31mtext\u001b[39m')
})
