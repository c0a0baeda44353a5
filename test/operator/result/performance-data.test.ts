// Measures of Nagios plugins: each is read fully right or not at all.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interpret } from '../../../operator/result/interpret.ts'
import { parsePerformanceData } from '../../../operator/result/performance-data.ts'
import type { Metric } from '../../../schemas/check-result.ts'
import { parseCheckResult } from '../../../schemas/check-result.ts'
import { anEnding } from '../../support/builders/endings.ts'

type Row = readonly [text: string, metrics: readonly Metric[] | undefined]

const a = (value: number, more: Partial<Metric> = {}): Metric => ({ name: 'a', value, ...more })

const ROWS: readonly Row[] = [
  ['', []],
  ['a=1', [a(1)]],
  ['a=1 b=2', [a(1), { name: 'b', value: 2 }]],
  [
    "'a b'=1 'it''s'=2",
    [
      { name: 'a b', value: 1 },
      { name: "it's", value: 2 },
    ],
  ],
  ["'a=b'=1", [{ name: 'a=b', value: 1 }]],
  ['/=2643MB;5948;5958;0;5968', [{ name: '/', value: 2643, unit: 'MB', warn: 5948, crit: 5958, min: 0, max: 5968 }]],
  ['a=0.006s;;;0.000000;10.000000', [a(0.006, { unit: 's', min: 0, max: 10 })]],
  ['a=-1.5e3%', [a(-1500, { unit: '%' })]],
  ['a=1B/s', [a(1, { unit: 'B/s' })]],
  ['a=21\u00b0C', [a(21, { unit: '\u00b0C' })]],
  ['a=1c;;;;', [a(1, { unit: 'c' })]],
  ['a=1;2;3;4;5;', [a(1, { warn: 2, crit: 3, min: 4, max: 5 })]],
  // Ranges as they are.
  ['a=2;5:10;@1:20;0;', [a(2, { warn: '5:10', crit: '@1:20', min: 0 })]],
  ['a=2;2:5;~:', [a(2, { warn: '2:5', crit: '~:' })]],
  ['a=2;10:;:10', [a(2, { warn: '10:', crit: ':10' })]],
  ['a=2;@10;~:-1', [a(2, { warn: '@10', crit: '~:-1' })]],
  ['a=2;-5:5;-1.5:1.5', [a(2, { warn: '-5:5', crit: '-1.5:1.5' })]],
  // Decimal commas.
  ['a=6,049175s;8,5;10,0;0,000000', [a(6.049175, { unit: 's', warn: 8.5, crit: 10, min: 0 })]],
  ['a=0,5;1,5:2,5;@0,1:0,25', [a(0.5, { warn: '1.5:2.5', crit: '@0.1:0.25' })]],
  // Not at all, and the others still.
  ['a=1,234 b=2', [{ name: 'b', value: 2 }]],
  ['a=1,234,567', []],
  ['a=1.234,5', []],
  ['a=1;1,234', []],
  ['a=U b=2', [{ name: 'b', value: 2 }]],
  ['a= b=2', [{ name: 'b', value: 2 }]],
  ['a=1x2', []],
  ['a=1b=2', []],
  ['a=nan', []],
  ['a=inf', []],
  ['a=1e999', []],
  ['a=0x10', []],
  ['a=1;many', []],
  ['a=1;0x10', []],
  ['a=1;;;0b1', []],
  ["' '=1 b=2", [{ name: 'b', value: 2 }]],
  ['a=1;1:2:3', []],
  ['a=1;:', []],
  ['a=1;@', []],
  ['a=1;~', []],
  ['a=1;;;~:', []],
  ['a=1;;;;;6', []],
  ['a=1|b=2', []],
  ["a=1'", []],
  ['a=1muchtoolongaunits', []],
  [`${'n'.repeat(201)}=1`, []],
  // No performance data: no word of it can be trusted.
  ['free space=5GB', undefined],
  ['a = 5', undefined],
  ["'a=1", undefined],
  ["'a'b=1", undefined],
  ['a=1 done', undefined],
  ['=1', undefined],
]

for (const [text, metrics] of ROWS)
  test(`\`${text.slice(0, 60)}\` is ${metrics ? `${metrics.length} measures` : 'no performance data'}`, () => {
    assert.deepEqual(parsePerformanceData(text).metrics, metrics)
  })

test('every measure that is read is one that a result line may carry', () => {
  const metrics = ROWS.flatMap(([text]) => parsePerformanceData(text).metrics ?? [])
  const line = JSON.stringify({ v: 1, status: 'ok', summary: 'x', metrics })
  assert.deepEqual(parseCheckResult(line, 'the measures').metrics, metrics)
})

const nagios = (stdout: string) => interpret(anEnding({ stdout }), 'nagios')

test('measures stand behind the first line and at the end, over several lines', () => {
  const report = nagios('OK - up | a=1 b=2\nmore words\nlast words | c=3\nd=4 e=5\n')
  assert.deepEqual(
    report.metrics?.map(({ name }) => name),
    ['a', 'b', 'c', 'd', 'e'],
  )
  assert.equal(report.summary, 'OK - up')
  assert.deepEqual(report.furtherLines, ['more words', 'last words'])
})

test('a bar that does not begin performance data begins text, which is kept', () => {
  const report = nagios('OK - up | in general\n| name | state |\n| web | up |\n')
  assert.deepEqual(report.metrics, undefined)
  assert.deepEqual(
    [report.summary, report.furtherLines],
    ['OK - up', ['in general', '| name | state |', '| web | up |']],
  )
})

const UNREAD: readonly (readonly [stdout: string, unread: readonly string[] | undefined])[] = [
  ['OK | a=1', undefined],
  ['OK | a=U b=U;1;2', undefined],
  ['OK | load 1=3', ['load 1=3']],
  ['OK | a=1 b=1,234 c=many', ['b=1,234', 'c=many']],
  ['OK\nmore | a=\u0007 b=2', ['a=\\u{7}']],
  [`OK | ${'a=x '.repeat(20)}`, Array.from({ length: 10 }, () => 'a=x')],
]
for (const [stdout, unread] of UNREAD)
  test(`of ${JSON.stringify(stdout.slice(0, 40))} it is said what was left out`, () => {
    assert.deepEqual(nagios(stdout).unreadMetrics, unread)
  })

test('of output that was cut no measure is taken', () => {
  assert.equal(nagios(`OK | a=1\n${'x'.repeat(200_000)}|b=1`).metrics, undefined)
})

test('text behind many quotes and many measures is read in time', () => {
  const report = nagios(`OK | ${"'".repeat(60_000)}`)
  assert.equal(report.status, 'ok')
  assert.equal(parsePerformanceData('a=1 '.repeat(10_000)).metrics?.length, 1000)
})
