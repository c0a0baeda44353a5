// A status word counts in whatever dress it stands: struck over, in letters that look alike, behind what ends a line for people, as a
// part of a name or as a field.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interpret } from '../../../operator/result/interpret.ts'
import type { CheckStatus } from '../../../schemas/check-result.ts'
import { anEnding } from '../../support/builders/endings.ts'
import { line, OK } from '../../support/builders/result-lines.ts'

const ROWS: readonly (readonly [title: string, stdout: string, exitCode: number, status: CheckStatus])[] = [
  ['struck twice, 0', struckTwice('CRITICAL - disk full'), 0, 'unknown'],
  ['struck twice, 2', struckTwice('CRITICAL - disk full'), 2, 'critical'],
  ['underlined, 2', underlined('CRITICAL - disk full'), 2, 'critical'],
  ['OK taken back, 2', 'OK\b\bCRITICAL - disk full', 2, 'critical'],
  ['a wheel that turns, 0', '|\b/\b-\b\\\bOK - done', 0, 'ok'],
  ['a wheel that turns behind CRITICAL, 0', 'disk sda1 is CRITICAL |\b/\b-\b\\', 0, 'unknown'],
  ['a number that is corrected behind CRITICAL, 0', 'disk sda1 CRITICAL at 95\b6 %', 0, 'unknown'],
  ['CRITICAL that is written over, 0', 'disk CRITICAL\b\b\b\b\b\b\b\bOK      ', 0, 'unknown'],
  ['CRITICAL overwritten by OK, 0', 'CRITICAL - disk full\rOK - done', 0, 'unknown'],
  ['lines of a classic Mac, 0', 'QUERY CRITICAL - syntax error\rOK - up\r', 0, 'unknown'],
  ['behind a form feed, 0', 'OK - up\fQUERY CRITICAL - syntax error', 0, 'unknown'],
  ['behind a vertical tab, 0', 'OK - up\vQUERY CRITICAL - syntax error', 0, 'unknown'],
  ['behind a line separator, 0', 'OK - up\u2028QUERY CRITICAL - syntax error', 0, 'unknown'],
  ['behind a next line, 2', 'OK - up\u0085QUERY CRITICAL - syntax error', 2, 'critical'],
  ['as a part of a name, 0', 'DISK_CRITICAL: full', 0, 'unknown'],
  ['as a part of a name, 2', 'DISK_CRITICAL: full', 2, 'critical'],
  ['in wide letters, 0', '\uff23\uff32\uff29\uff34\uff29\uff23\uff21\uff2c - full', 0, 'unknown'],
  ['in bold letters, 2', '\u{1d402}\u{1d411}\u{1d408}\u{1d413} - full', 2, 'critical'],
  ['with a hyphen that is not seen, 0', 'CRITI\u00adCAL - full', 0, 'unknown'],
  ['a bound that is named for it, 0', 'WARN_DAYS=30 CRIT_DAYS=7: 80 days left', 0, 'ok'],
  ['not ok, counted, 0', '5 ok, 0 not ok', 0, 'ok'],
  ['a status of something else, 0', 'Battery at 80 %, status: Unknown', 0, 'ok'],
  ['a status that is critical, 0', 'Overall status: critical', 0, 'unknown'],
  ['within a longer word, 0', 'HYPERCRITICAL readers: 3', 0, 'ok'],
  ['an attribute, 0', '<result status="critical"/>', 0, 'unknown'],
  ['a field of a log, 0', 'msg="disk full" status=critical', 0, 'unknown'],
  ['a field of a log that is well, 0', 'msg="disk empty" status=ok', 0, 'ok'],
  ['NOT OK, 0', 'NOT OK - disk full', 0, 'unknown'],
  ['NOT OK, 2', 'NOT OK - disk full', 2, 'critical'],
  ['NOK, 2', 'NOK: disk full', 2, 'critical'],
  ['TAP with a test that failed, 0', '1..2\nok 1 - up\nnot ok 2 - answers', 0, 'unknown'],
  ['TAP with a test that failed to be OK, 0', 'not ok 1 - answers OK', 0, 'unknown'],
  ['TAP with a test that is still to be written, 0', 'ok 1 - up\nnot ok 2 - answers # todo later', 0, 'ok'],
  ['TAP with good tests, 0', '1..2\nok 1 - up\nok 2 - answers', 0, 'ok'],
  ['critical behind a form feed, then ok', `up\fDISK CRITICAL - full\n${OK}`, 0, 'unknown'],
  ['critical struck twice, then ok', `${struckTwice('DISK CRITICAL - full')}\n${OK}`, 0, 'unknown'],
  ['critical as a part of a name, then ok', `CHECK_DISK_CRITICAL: full\n${OK}`, 0, 'unknown'],
  ['a wheel that turns before it', `|\b/\b-\b${OK}`, 0, 'ok'],
  ['a line separator within its summary', line('ok', { summary: 'one\u2028two' }), 0, 'ok'],
]
for (const [title, stdout, exitCode, status] of ROWS)
  test(`${title} is ${status}`, () => {
    const report = interpret(anEnding({ stdout, exitCode }), 'check/v1')
    assert.equal(report.status, status, report.summary)
    assert.doesNotMatch(report.summary, /\p{Cc}/u)
  })

/** As programs write for pagers. */
function struckTwice(text: string): string {
  return text.replace(/\S/g, '$&\b$&')
}

function underlined(text: string): string {
  return text.replace(/\S/g, '_\b$&')
}
