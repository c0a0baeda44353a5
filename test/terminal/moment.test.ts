// `--since` of every command: one grammar, and a slip is none of a moment.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { momentOf } from '../../terminal/moment.ts'
import { expectCode } from '../support/assertions/expect-code.ts'

test('a date and a time of the clock are the moments that they name', () => {
  assert.equal(momentOf('2026-01-31'), Date.UTC(2026, 0, 31))
  assert.equal(momentOf('2026-01-31T12:00:00Z'), Date.UTC(2026, 0, 31, 12))
  assert.equal(momentOf(undefined), undefined)
})

test('hours and days count back from now', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 31) })
  assert.equal(momentOf('12h'), Date.UTC(2026, 0, 30, 12))
  assert.equal(momentOf('1h30m'), Date.UTC(2026, 0, 30, 22, 30))
  assert.equal(momentOf('7d'), Date.UTC(2026, 0, 24))
})

test('what is neither is refused with an example, a number without a unit as well', () => {
  for (const text of ['yesterday', '1', '10', '2026', '1w', '-1h', '', '2026-13-45'])
    assert.match(expectCode('USAGE', () => momentOf(text)).hint ?? '', /--since 7d/, text)
})
