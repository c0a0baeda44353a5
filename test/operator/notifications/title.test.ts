// The subject of a message about several services.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { News } from '../../../operator/notifications/state.ts'
import { titleOf } from '../../../operator/notifications/title.ts'

const CRASHED: News = {
  ...{ service: 'web', instance: 'web.1', kind: 'crashed', severity: 'critical', message: 'exited with 1' },
  ...{ since: '2026-11-26T10:00:00Z', at: '2026-11-26T10:00:00Z' },
}
const gaveUp: News = { ...CRASHED, kind: 'gave-up' }
const well: News = { ...CRASHED, kind: 'resolved' }
const failed: News = { ...CRASHED, check: 'check-tcp', kind: 'failed', status: 'critical' }
const of = (service: string): News => ({ ...CRASHED, service, instance: `${service}.1` })

const ROWS: readonly (readonly [news: readonly News[], title: string | undefined])[] = [
  [[CRASHED, of('db'), gaveUp], '[shop] web is not started any more, db crashed'],
  [[CRASHED, of('db'), well], '[shop] db crashed, web is well again'],
  [[failed, of('db')], '[shop] web: check-tcp failed, db crashed'],
  [['a', 'b', 'c', 'd'].map(of), '[shop] a crashed, b crashed, c crashed, d crashed'],
  [['a', 'b', 'c', 'd', 'e'].map(of), '[shop] a crashed, b crashed, c crashed, and 2 others'],
  [[CRASHED, failed, gaveUp], undefined],
]

test('each service is named with how it stands, the worst first; what is about one needs no subject', () => {
  for (const [news, title] of ROWS) assert.equal(titleOf('shop', news), title)
})
