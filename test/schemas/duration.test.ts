// Durations: one grammar for configs, where parts follow each other, and for options of plugins, where there is one part.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY_MS, HOUR_MS, parseDuration, parseSingleDuration, SINGLE_DURATION_PATTERN } from '../../schemas/duration.ts'
import { shownDuration, shownSeconds } from '../../schemas/shown-duration.ts'

const SINGLE: readonly [string, number][] = [
  ['10s', 10_000],
  ['500ms', 500],
  ['1.5s', 1500],
  ['0.001s', 1],
  ['0.4ms', 0],
  ['2h', 2 * HOUR_MS],
  ['24h', DAY_MS],
  ['0s', 0],
  ['999999999ms', 999_999_999],
]

const SEVERAL: readonly [string, number][] = [
  ['1m30s', 90_000],
  ['1h1m1s1ms', HOUR_MS + 61_001],
  ['1.5m1.5s', 91_500],
  ['1s1s', 2000],
  ['1s'.repeat(20), 20_000],
]

const NONE = [
  ...[
    '',
    '10',
    '1.5',
    's',
    'ms',
    'soon',
    '1d',
    '1S',
    '1 s',
    ' 1s',
    '1s ',
    '1s\n',
    '\n1s',
    '-1s',
    '+1s',
    '1e3s',
    '0x1s',
  ],
  ...['.5s', '1.s', '1.2345s', '1,5s', '1234567890s', '１s', '1s1', '1m 30s', '1µs', 'Infinitys', 'NaNs'],
  ...['1s'.repeat(21), '1s'.repeat(50_000), `${'1'.repeat(50_000)}s`],
]

test('a duration of one part is one everywhere', () => {
  for (const [text, ms] of SINGLE) {
    assert.deepEqual([parseDuration(text), parseSingleDuration(text)], [ms, ms], text)
    assert.match(text, new RegExp(SINGLE_DURATION_PATTERN))
  }
})

test('parts add up in a config, and are no option of a plugin', () => {
  for (const [text, ms] of SEVERAL) {
    assert.deepEqual([parseDuration(text), parseSingleDuration(text)], [ms, undefined], text)
    assert.doesNotMatch(text, new RegExp(SINGLE_DURATION_PATTERN))
  }
})

test(`${NONE.length} other texts are no duration anywhere`, () => {
  for (const text of NONE) {
    assert.deepEqual([parseDuration(text), parseSingleDuration(text)], [undefined, undefined], text.slice(0, 40))
    assert.doesNotMatch(text, new RegExp(SINGLE_DURATION_PATTERN))
  }
})

test('the pattern in schemas of published plugins stays as it is', () => {
  assert.equal(SINGLE_DURATION_PATTERN, '^[0-9]{1,9}(\\.[0-9]{1,3})?(ms|s|m|h)$')
})

test('a duration is shown in the units that people take for it', () => {
  const shown: readonly [number, string][] = [
    [0, '0 ms'],
    [300, '300 ms'],
    [1500, '1.5 s'],
    [30_000, '30 s'],
    [90_000, '1 min 30 s'],
    [HOUR_MS, '1 h'],
    [HOUR_MS + 1000, '1 h 1 s'],
    [DAY_MS, '24 h'],
  ]
  for (const [ms, text] of shown) assert.equal(shownDuration(ms), text)
  const whole: readonly [number, string][] = [
    [-1, '1 s'],
    [300, '1 s'],
    [1500, '2 s'],
    [300_000, '5 min'],
  ]
  for (const [ms, text] of whole) assert.equal(shownSeconds(ms), text)
})
