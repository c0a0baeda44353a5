// The names under which measures of services are known: by the conventions of Prometheus, and as many as the config asks for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderExposition } from '../../../../operator/metrics/exposition.ts'
import type { Instance } from '../../../../operator/services/life/lifecycle.ts'
import { NEW_INSTANCE } from '../../../../operator/services/life/lifecycle.ts'
import { familiesOf } from '../../../../operator/services/metrics/families.ts'
import type { ProjectMetrics } from '../../../../operator/services/metrics/snapshot.ts'
import { openTally } from '../../../../operator/services/metrics/tally.ts'
import { parseExposition } from '../../../support/assertions/parse-exposition.ts'
import { someInstance, someProject } from '../../../support/builders/some-metrics.ts'

const parsed = (project: ProjectMetrics) => parseExposition(renderExposition(familiesOf(project)))

function measured(project: ProjectMetrics, name: string, labels: Readonly<Record<string, string>> = {}) {
  const found = [...parsed(project).values()].flatMap(({ samples }) => samples).filter((one) => one.name === name)
  const chosen = found.filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))
  assert.equal(chosen.length, 1, `one ${name} of ${JSON.stringify(labels)}`)
  return chosen[0]?.value
}

type Row = readonly [name: string, labels: Readonly<Record<string, string>>, value: number]
const WEB = { config: '/srv/shop/octo.yaml', service: 'web', replica: '1' }
const CHECK = { ...WEB, check: 'check-tcp port=80' }

const ROWS: readonly Row[] = [
  ['octo_supervisor_up', {}, 1],
  ['octo_supervisor_start_time_seconds', {}, 1_780_000_000],
  ['octo_supervisor_info', {}, 1],
  ['octo_supervisor_events_lost_total', {}, 0],
  ['octo_service_up', WEB, 1],
  ['octo_service_state', { ...WEB, state: 'running' }, 1],
  ['octo_service_state', { ...WEB, state: 'gave-up' }, 0],
  ['octo_service_health', { ...WEB, health: 'healthy' }, 1],
  ['octo_service_health', { ...WEB, health: 'unhealthy' }, 0],
  ['octo_service_start_time_seconds', WEB, 1_790_000_000.25],
  ['octo_service_generation', WEB, 3],
  ['octo_service_failures', WEB, 0],
  ['octo_service_starts_total', WEB, 3],
  ['octo_service_restarts_total', WEB, 2],
  ['octo_service_exits_total', { ...WEB, how: 'error' }, 1],
  ['octo_service_exits_total', { ...WEB, how: 'success' }, 0],
  ['octo_service_oom_kills_total', WEB, 1],
  ['octo_service_cpu_seconds_total', WEB, 1.5],
  ['octo_service_resident_memory_bytes', WEB, 4096],
  ['octo_service_cgroup_memory_bytes', WEB, 8192],
  ['octo_service_processes', WEB, 2],
  ['octo_service_log_written_bytes_total', WEB, 5000],
  ['octo_service_log_dropped_bytes_total', WEB, 2000],
  ['octo_service_secrets_good', WEB, 0],
  ['octo_service_secrets_expiry_time_seconds', WEB, Date.parse('2026-11-26T10:00:00Z') / 1000],
  ['octo_service_memory_limit_bytes', WEB, 1_048_576],
  ['octo_service_limit_in_force', { ...WEB, limit: 'memory' }, 1],
  ['octo_service_limit_in_force', { ...WEB, limit: 'cpus' }, 0],
  ['octo_check_up', CHECK, 1],
  ['octo_check_runs_total', { ...CHECK, status: 'ok' }, 3],
  ['octo_check_runs_total', { ...CHECK, status: 'unknown' }, 0],
  ['octo_check_duration_seconds_sum', CHECK, 0.5],
  ['octo_check_duration_seconds_count', CHECK, 4],
  ['octo_notifier_up', { notifier: 'smtp' }, 0],
  ['octo_notifier_delivered_total', { notifier: 'smtp' }, 4],
  ['octo_notifier_events_lost_total', { notifier: 'smtp' }, 2],
  ['octo_notifier_events_waiting', { notifier: 'smtp' }, 1],
  ['octo_check_lateness_seconds', { lane: 'process', quantile: '0.99' }, 0.002],
  ['octo_check_lateness_seconds_sum', { lane: 'process' }, 0.003],
  ['octo_check_lateness_seconds_count', { lane: 'in-process' }, 2],
  ['octo_check_lateness_max_seconds', { lane: 'process' }, 0.002],
]

test(`every measure has its name, its labels and its base unit (${ROWS.length})`, () => {
  for (const [name, labels, value] of ROWS) assert.equal(measured(someProject(), name, labels), value, name)
  const all = new Set(ROWS.map(([name]) => name.replace(/_(?:sum|count)$/, '')))
  assert.deepEqual(
    [...parsed(someProject()).keys()].filter((name) => !all.has(name)),
    [],
    'each stands in the table',
  )
})

test('counters end in _total, all say what they are of, and no label is one that Prometheus gives itself', () => {
  for (const [name, { type, help, samples }] of parsed(someProject())) {
    assert.match(name, /^octo_[a-z]+_[a-z_]+$/)
    assert.equal(name.endsWith('_total'), type === 'counter', name)
    assert.match(help, /^[A-Z].*\.$/, name)
    for (const { labels } of samples) {
      assert.equal(labels.config, '/srv/shop/octo.yaml', name)
      for (const taken of ['instance', 'job', 'le', '__name__']) assert.ok(!(taken in labels), name)
    }
  }
})

test('without a supervisor nothing is said that only one could know', () => {
  const { health: _, counts: __, checks: ___, secrets: ____, ...alone } = someInstance()
  const project = { config: '/srv/shop/octo.yaml', instances: [alone], notifiers: [] }
  assert.deepEqual(
    [...parsed(project).keys()].filter((name) => /_(?:check|notifier|health|exits|starts|restarts|info)/.test(name)),
    [],
  )
  assert.equal(measured(project, 'octo_supervisor_up'), 0)
  assert.equal(measured(project, 'octo_service_up'), 1)
})

test('what is measured grows with what the config names, and with nothing else', () => {
  const samples = (project: ProjectMetrics) =>
    [...parsed(project).values()].reduce((sum, family) => sum + family.samples.length, 0)
  const replicas = (count: number) =>
    someProject({ instances: Array.from({ length: count }, (_, at) => someInstance({ replica: String(at + 1) })) })
  const [one, two, twenty] = [1, 2, 20].map((count) => samples(replicas(count)))
  assert.equal(twenty, (one ?? 0) + 19 * ((two ?? 0) - (one ?? 0)))
  assert.equal(samples(someProject({ instances: [someInstance({ generation: 900 })] })), one)
})

type Step = readonly [before: Partial<Instance>, after: Partial<Instance>]
const CODE = { kind: 'code', code: 3 } as const

test('starts, restarts and ends are counted as they happen', () => {
  const tally = openTally()
  const steps: readonly Step[] = [
    [{ state: 'starting' }, { state: 'running' }],
    [{ state: 'running' }, { state: 'ending', end: CODE, endedAt: 10 }],
    [
      { state: 'ending', end: CODE, endedAt: 10 },
      { state: 'pausing', end: CODE, endedAt: 10 },
    ],
    [
      { state: 'pausing', end: CODE, endedAt: 10 },
      { state: 'waiting', end: CODE },
    ],
    [
      { state: 'starting', end: CODE },
      { state: 'running', end: CODE },
    ],
    [
      { state: 'running', end: CODE },
      { state: 'ending', end: { kind: 'signal', signal: 'SIGKILL', oomKills: 2 }, endedAt: 30 },
    ],
    [{ state: 'running' }, { state: 'running', health: 'healthy' }],
  ]
  for (const [before, after] of steps)
    tally.changed(
      { id: 'web.1', service: 'web', instance: { ...NEW_INSTANCE, ...after } },
      { ...NEW_INSTANCE, ...before },
    )
  tally.ran('web.1', 'up', { status: 'ok', durationMs: 250 })
  tally.ran('web.1', 'up', { status: 'critical', durationMs: 250 })
  tally.ran('web.1', 'up', { status: 'skipped', durationMs: 9000 })
  assert.deepEqual(tally.of('web.1'), {
    ...{ starts: 2, restarts: 1, oomKills: 2, exits: { success: 0, error: 1, signal: 1, unknown: 0 } },
    checks: { up: { runs: { ok: 1, warn: 0, critical: 1, unknown: 0 }, seconds: 0.5 } },
  })
  tally.forget('web.1')
  assert.equal(tally.of('web.1').starts, 0)
})
