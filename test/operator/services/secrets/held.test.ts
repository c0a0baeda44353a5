// Until when secrets are good and when their source is asked again, by what it says: a table, without a clock.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heldFrom, isGood, retryAt } from '../../../../operator/services/secrets/held.ts'
import { parseSecretResult } from '../../../../schemas/contract/secrets.ts'

const NOW = Date.parse('2026-11-26T10:00:00Z')
const MINUTE = 60_000
const in_ = (ms: number) => new Date(NOW + ms).toISOString()

function held(
  line: object,
  { random = 0.5, refreshMs }: { random?: number; refreshMs?: number } = {},
  before?: object,
) {
  const parsed = parseSecretResult(JSON.stringify({ v: 1, status: 'ok', summary: '', ...line }), 'result')
  return heldFrom(parsed, before as never, { now: NOW, random, refreshMs })
}

const asksIn = (found: ReturnType<typeof held>) =>
  typeof found === 'string' ? found : found.askAt === undefined ? undefined : found.askAt - NOW

const secrets = { a: 'b' }
const ROWS: readonly (readonly [what: string, found: ReturnType<typeof held>, ms: number | undefined])[] = [
  ['no end', held({ secrets }), undefined],
  ['an end', held({ secrets, expires: in_(30 * MINUTE) }), 20 * MINUTE],
  ['an end, early', held({ secrets, expires: in_(30 * MINUTE) }, { random: 0 }), 18 * MINUTE],
  ['an end, late', held({ secrets, expires: in_(30 * MINUTE) }, { random: 1 }), 22 * MINUTE],
  ['an end at once', held({ secrets, expires: in_(100) }), 200],
  ['a time after which asking is worth it', held({ secrets, refreshAfterMs: 5 * MINUTE }), 5 * MINUTE],
  ['such a time of nothing', held({ secrets, refreshAfterMs: 0 }), 1000],
  ['what the config says', held({ secrets }, { refreshMs: 7 * MINUTE }), 7 * MINUTE],
  ['the first of all', held({ secrets, expires: in_(30 * MINUTE) }, { refreshMs: 7 * MINUTE }), 7 * MINUTE],
]

for (const [what, found, ms] of ROWS)
  test(`a source is asked again by ${what}`, () => {
    assert.equal(asksIn(found), ms)
  })

test('secrets are good until their end, and what is over was never given', () => {
  const found = held({ secrets, expires: in_(MINUTE) })
  assert.ok(typeof found !== 'string')
  assert.deepEqual([isGood(found, NOW + MINUTE - 1), isGood(found, NOW + MINUTE)], [true, false])
  assert.match(String(held({ secrets, expires: in_(0) })), /whose time is over/)
})

test('a renewed lease keeps the secrets and the lease, and is nothing where none was given', () => {
  const lease = { id: 'x', durationMs: MINUTE }
  const before = held({ secrets, expires: in_(MINUTE), renewable: true, lease })
  const renewed = held({ renewed: true, renewable: true, expires: in_(2 * MINUTE) }, {}, before as object)
  assert.ok(typeof renewed !== 'string')
  assert.deepEqual([renewed.secrets, renewed.lease, renewed.expiresAt], [secrets, lease, NOW + 2 * MINUTE])
  assert.match(String(held({ renewed: true })), /none was given before/)
})

test('a lease that cannot be renewed is asked for anew', () => {
  const found = held({ secrets, lease: { id: 'x', durationMs: MINUTE }, renewable: false })
  assert.equal(typeof found === 'string' ? found : found.lease, undefined)
})

test('a source that is away is asked more and more rarely, as it says, and one that refuses not at once', () => {
  const moment = { now: NOW, random: 0.5 }
  const after = (status: 'retry' | 'failed', failures: number, retryAfterMs?: number) =>
    retryAt({ status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }, failures, moment) - NOW
  assert.deepEqual(
    [1, 2, 5, 50].map((failures) => after('retry', failures)),
    [200, 400, 3200, 60_000],
  )
  assert.equal(after('retry', 1, 5000), 5000)
  assert.deepEqual([after('failed', 1), after('failed', 50)], [10_000, 60_000])
})
