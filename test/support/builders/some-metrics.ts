// Measures of a project with one service, of which everything is known.
import type { InstanceMetrics, ProjectMetrics } from '../../../operator/services/metrics/snapshot.ts'

const LANE = { runs: 2, sum: 3, p50: 1, p99: 2, max: 2 }

export function someInstance(more: Partial<InstanceMetrics> = {}): InstanceMetrics {
  return {
    ...{ service: 'web', replica: '1', state: 'running', health: 'healthy', failures: 0, generation: 3 },
    ...{ startedAt: 1_790_000_000.25, log: { written: 5000, kept: 3000 } },
    usage: { processes: 2, cpuSeconds: 1.5, residentBytes: 4096, cgroupBytes: 8192 },
    counts: {
      ...{ starts: 3, restarts: 2, oomKills: 1, exits: { success: 0, error: 1, signal: 1, unknown: 0 } },
      checks: { 'check-tcp port=80': { runs: { ok: 3, warn: 1, critical: 0, unknown: 0 }, seconds: 0.5 } },
    },
    checks: [{ name: 'check-tcp port=80', state: 'healthy' }],
    limits: [
      { name: 'memory', most: 1_048_576, isInForce: true },
      { name: 'cpus', most: 1, isInForce: false },
    ],
    secrets: { state: 'stale', until: '2026-11-26T10:00:00.000Z' },
    ...more,
  }
}

export function someProject(more: Partial<ProjectMetrics> = {}): ProjectMetrics {
  return {
    config: '/srv/shop/octo.yaml',
    supervisor: { pid: 7, startedAt: 1_780_000_000, eventsLost: 0 },
    instances: [someInstance()],
    notifiers: [{ notifier: 'smtp', delivered: 4, waiting: 1, lost: 2, trouble: 'away' }],
    lanes: { 'in-process': LANE, resident: LANE, process: LANE },
    ...more,
  }
}

/** The same, of a service that differs in this. */
export function someMetrics(instance: Partial<InstanceMetrics>): ProjectMetrics {
  return someProject({ instances: [someInstance(instance)] })
}
