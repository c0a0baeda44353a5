// What endings mean: results, Nagios text, bare exit codes, and crashes that look like results.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interpret } from '../../../operator/result/interpret.ts'
import type { EndingRecipe } from '../../support/builders/endings.ts'
import { anEnding } from '../../support/builders/endings.ts'

const check = (stdout: string, exitCode: number, stderr = '') =>
  interpret(anEnding({ stdout, exitCode, stderr }), 'check/v1')
const plain = (stdout: string, exitCode: number, stderr = '') =>
  interpret(anEnding({ stdout, exitCode, stderr }), 'exit-code')
const line = (status: string, more = {}) => `noise\n${JSON.stringify({ v: 1, status, summary: 'said', ...more })}\n\n`

const RESULT_ROWS: readonly [string, string, number, string][] = [
  ['a result line and its exit code agree', line('ok'), 0, 'ok'],
  ['a result line of a warning', line('warn'), 1, 'warn'],
  ['the graver of two counts: the line', line('critical'), 0, 'critical'],
  ['the graver of two counts: the exit code', line('ok'), 2, 'critical'],
  ['an exit code above 3 is no result, whatever the line says', line('ok'), 9, 'unknown'],
  ['a line of another version is of no use', '{"v":2,"status":"ok","summary":"x"}\n', 0, 'unknown'],
  ['a line with an unknown status is of no use', line('fine'), 0, 'unknown'],
  ['a broken line is of no use', '{"v":1,"status":"ok"', 0, 'unknown'],
  ['a broken line does not soften an exit code', '{', 2, 'critical'],
  [
    'a prototype in the line is refused',
    '{"v":1,"status":"ok","summary":"x","details":{"__proto__":{}}}',
    0,
    'unknown',
  ],
]
for (const [title, stdout, exitCode, status] of RESULT_ROWS)
  test(title, () => assert.equal(check(stdout, exitCode).status, status))

test('only the last line is the result', () => {
  assert.equal(check(`${line('ok')}then a crash\n`, 1).status, 'unknown')
})

test('a result carries details, metrics and the wish to wait', () => {
  const metrics = [{ name: 'time', value: 5, unit: 'ms' }]
  const report = check(line('ok', { details: { a: 1 }, metrics, retryAfterMs: 500 }), 0)
  assert.deepEqual(report, {
    ...{ status: 'ok', summary: 'said', details: { a: 1 }, metrics, retryAfterMs: 500, exitCode: 0 },
  })
})

test('text of a plugin cannot write to the terminal', () => {
  assert.equal(check(line('ok', { summary: 'a\u001b[2Jb\u0007' }), 0).summary, 'ab\\u{7}')
  assert.doesNotMatch(check('OK \u001b[31m', 0).summary, /\u001b/)
})

const NAGIOS_ROWS: readonly [string, number, string][] = [
  ['PING OK - Packet loss = 0%', 0, 'ok'],
  ['DISK WARNING - free space: / 3 GB', 1, 'warn'],
  ['CRITICAL: no answer', 2, 'critical'],
  ['UNKNOWN: bad arguments', 3, 'unknown'],
  ['all is well', 0, 'ok'],
  ["free 12 GB | '/'=12GB", 1, 'warn'],
]
for (const [text, exitCode, status] of NAGIOS_ROWS)
  test(`Nagios text \`${text}\` with ${exitCode} is ${status}`, () =>
    assert.equal(check(text, exitCode).status, status))

for (const exitCode of [1, 2, 3])
  test(`text that says OK and the exit code ${exitCode} are told as the contradiction that they are`, () => {
    const report = check('OK - fine', exitCode)
    assert.deepEqual([report.status, report.summary], ['unknown', `exited with ${exitCode} and says ok: OK - fine`])
  })

for (const exitCode of [1, 2])
  test(`exit code ${exitCode} without a result is unknown and repeats the last words`, () => {
    const report = check('starting\n', exitCode, 'Traceback\npanic: boom\n')
    assert.equal(report.status, 'unknown')
    assert.match(report.summary, /without a result: panic: boom/)
    assert.equal(report.exitCode, exitCode)
  })

test('Nagios measures become metrics', () => {
  const report = check(
    `DISK OK - fine | /=2643MB;5948;5958;0;5968 'it''s a'=1.5e1%;~:20;10:30;;\nmore\n | late=3s;@1:2 x=U`,
    0,
  )
  assert.equal(report.summary, 'DISK OK - fine')
  assert.deepEqual(report.metrics, [
    { name: '/', value: 2643, unit: 'MB', warn: 5948, crit: 5958, min: 0, max: 5968 },
    { name: "it's a", value: 15, unit: '%', warn: '~:20', crit: '10:30' },
    { name: 'late', value: 3, unit: 's', warn: '@1:2' },
  ])
  assert.deepEqual(report.furtherLines, ['more'])
})

const SUMMARIES: readonly [what: string, recipe: EndingRecipe, summary: RegExp][] = [
  ['an exit code that is none', { stdout: 'x', exitCode: 5 }, /^exited with 5, expected 0 to 3: x$/],
  ['one of sysexits.h', { stdout: 'x', exitCode: 70 }, /^exited with 70: x$/],
  [
    'text behind the result',
    { stdout: '{"v":1,"status":"ok","summary":"fine"}\nall \u0007 done\n' },
    /not one whole line at its end, which is `all \\u\{7\} done`$/,
  ],
  [
    'several things that are wrong',
    { stdout: '{"v":1,"status":"fine","summary":5}\n' },
    /`status`: [^;]*; [^;]*`summary`: [^;]*; a result is a line such as/,
  ],
  [
    'a flood',
    { stopped: 'flood', stderr: 'x'.repeat(11 * 1024 * 1024) },
    /^printed 11 MiB, more than a run may, killed$/,
  ],
]
for (const [what, recipe, summary] of SUMMARIES)
  test(`of ${what} it is said what was found and expected`, () => {
    for (const contract of ['check/v1', 'nagios'] as const)
      if (contract === 'check/v1' || !recipe.stdout?.toString().startsWith('{'))
        assert.match(interpret(anEnding(recipe), contract).summary, summary)
  })

test('measures without end are cut and parsed in time', () => {
  const report = check(`OK | ${"'".repeat(30_000)} ${'a=1 '.repeat(10_000)}`, 0)
  assert.equal(report.status, 'ok')
  assert.ok((report.metrics ?? []).length <= 1000)
})

const EXIT_ROWS: readonly [number, string, boolean][] = [
  [0, 'ok', false],
  [1, 'critical', false],
  [2, 'critical', false],
  [3, 'critical', false],
  [64, 'unknown', true],
  [75, 'unknown', false],
  [78, 'unknown', true],
  [79, 'critical', false],
]
for (const [exitCode, status, final] of EXIT_ROWS)
  test(`a bare exit code ${exitCode} is ${status}${final ? ' and not worth another try' : ''}`, () => {
    const report = plain('words\nmore\n', exitCode)
    assert.equal(report.status, status)
    assert.equal(report.final === true, final)
  })

test('under the bare exit code words are only text, but a result line that says worse is not passed over', () => {
  assert.equal(plain('QUERY CRITICAL - syntax error\n', 0).status, 'ok')
  assert.equal(plain(line('critical'), 0).status, 'unknown')
})

test('a process that ended in no known way is unknown', () => {
  const { exitCode: _, ...rest } = anEnding()
  assert.equal(interpret(rest, 'exit-code').status, 'unknown')
})
