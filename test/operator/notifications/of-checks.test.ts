// Problems of checks that nobody looks at any more: which they are, and that people are told that they are over.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openNotifications } from '../../../operator/notifications/notifications.ts'
import type { Asked } from '../../../operator/notifications/of-checks.ts'
import { goneAfter } from '../../../operator/notifications/of-checks.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const check = (service: string, plugin: string, more: Partial<Asked> = {}): Asked => ({
  ...{ service, phase: 'health', plugin, isChecked: true },
  ...more,
})
const ALL = [check('web', 'up'), check('web', 'up', { mark: 'port=80' }), check('db', 'off', { isChecked: false })]

type Row = readonly [service: string, check: string, isGone: boolean]
const ROWS: readonly Row[] = [
  ['web', 'up', false],
  ['web', 'up port=80', false],
  ['web', 'up port=81', true],
  ['web', 'renamed', true],
  ['web', 'preflight up', false],
  ['web', 'init up', false],
  ['db', 'off', true],
  ['api', 'up', false],
  ['gone', 'up', true],
]

test(`what is not checked any more is gone, and what was not asked about is not (${ROWS.length})`, () => {
  const isGone = goneAfter(ALL, { services: ['web', 'db'], phases: ['health'] }, new Set(['web', 'db', 'api']))
  for (const [service, name, expected] of ROWS)
    assert.equal(isGone({ service, check: name }), expected, `${service} ${name}`)
})

test('whoever was told of a check that is gone is told that it is over, once', async (t) => {
  const sent: string[] = []
  const folder = tempFolder(t)
  const open = () => openNotifications({ path: join(folder, 'told.json'), log: () => undefined })
  const config = {
    ...{ name: 'mail', request: { plugin: 'mail' }, arguments: { kind: 'map', value: {} } },
    ...{ severity: 'warning', groupMs: 0, limit: { count: 9, perMs: 1000 }, place: { file: 'octo.yaml' } },
  }
  const used = {
    project: 'shop',
    notifiers: [{ config, plugin: new Error('not asked') }],
    send: async (_: unknown, { kind, service = '', check: name = '' }: Record<string, string>) => {
      sent.push(`${kind} ${service} ${name}`)
      return { status: 'ok', summary: 'sent' }
    },
  } as unknown as Parameters<ReturnType<typeof openNotifications>['use']>[0]
  using notifications = open()
  notifications.use(used)
  const about = { service: 'web', check: 'old' }
  notifications.tell({ ...about, kind: 'failed', status: 'critical', message: 'no' })
  notifications.tell({ ...about, check: 'up', kind: 'failed', status: 'critical', message: 'no' })
  await notifications.drain(60_000)
  const isGone = goneAfter(ALL, { services: [], phases: ['health'] }, new Set(['web']))
  notifications.retire(isGone)
  notifications.retire(isGone)
  await notifications.drain(60_000)
  assert.deepEqual(sent.slice(-1), ['resolved web old'])
  assert.equal(sent.filter((line) => line.startsWith('resolved')).length, 1)
})
