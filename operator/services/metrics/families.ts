// The measures of a project under the names by which Prometheus knows them. All of them carry the config that they are of: the
// files of several projects are read together. How many there are is for the config to say, and for nobody else.
import { CHECK_STATUSES } from '../../../schemas/check-result.ts'
import { octoVersion } from '../../../system/octo-version.ts'
import type { Family, Labels, Sample } from '../../metrics/exposition.ts'
import { STATES } from '../life/lifecycle.ts'
import type { InstanceMetrics, ProjectMetrics } from './snapshot.ts'
import { EXITS } from './tally.ts'

type Type = Family['type']
/** One value for each instance; undefined for what is not known. */
type Measure = readonly [name: string, type: Type, help: string, value: (one: InstanceMetrics) => number | undefined]

const HEALTHS = ['none', 'starting', 'healthy', 'unhealthy'] as const

const MEASURES: readonly Measure[] = [
  ['octo_service_up', 'gauge', 'Whether the program of the service runs.', ({ state }) => Number(state === 'running')],
  [
    'octo_service_start_time_seconds',
    'gauge',
    'When the program was started, since 1970.',
    ({ startedAt }) => startedAt,
  ],
  ['octo_service_generation', 'gauge', 'Number of the current try to run it.', ({ generation }) => generation],
  ['octo_service_failures', 'gauge', 'Failures in a row.', ({ failures }) => failures],
  [
    'octo_service_starts_total',
    'counter',
    'Starts of the program since its supervisor began.',
    ({ counts }) => counts?.starts,
  ],
  [
    'octo_service_restarts_total',
    'counter',
    'Times that it was begun again without being asked to: after a failure, or for new secrets.',
    ({ counts }) => counts?.restarts,
  ],
  [
    'octo_service_oom_kills_total',
    'counter',
    'Processes of it that the system ended for lack of memory, as seen at the end of its program.',
    ({ counts }) => counts?.oomKills,
  ],
  [
    'octo_service_cpu_seconds_total',
    'counter',
    'Time of processors that this run of the program has used.',
    ({ usage }) => usage?.cpuSeconds,
  ],
  [
    'octo_service_resident_memory_bytes',
    'gauge',
    'Memory of its processes; what several of them share is counted for each.',
    ({ usage }) => usage?.residentBytes,
  ],
  [
    'octo_service_cgroup_memory_bytes',
    'gauge',
    'Memory of its cgroup as the system counts it, files that are kept in memory included.',
    ({ usage }) => usage?.cgroupBytes,
  ],
  ['octo_service_processes', 'gauge', 'Processes of the service.', ({ usage }) => usage?.processes],
  [
    'octo_service_log_written_bytes_total',
    'counter',
    'What the service has written to its log.',
    ({ log }) => log.written,
  ],
  [
    'octo_service_log_dropped_bytes_total',
    'counter',
    'What of its log was given up for later lines.',
    ({ log: { written, kept } }) => written - kept,
  ],
  [
    'octo_service_secrets_good',
    'gauge',
    'Whether its secrets are there and were renewed in time.',
    ({ secrets }) => secrets && Number(secrets.state === 'good'),
  ],
  [
    'octo_service_secrets_expiry_time_seconds',
    'gauge',
    'When the first of its secrets ends, since 1970.',
    ({ secrets }) => (secrets?.until === undefined ? undefined : Date.parse(secrets.until) / 1000),
  ],
]

export function familiesOf({ config, supervisor, instances, notifiers, lanes }: ProjectMetrics): readonly Family[] {
  const project = { config }
  const labelled = instances.map(
    (one): Labelled => ({
      one,
      labels: { ...project, service: one.service, replica: one.replica },
    }),
  )
  return [
    family('octo_supervisor_up', 'gauge', 'Whether somebody supervises the services.', [
      { labels: project, value: Number(supervisor !== undefined) },
    ]),
    ...(supervisor ? ofSupervisor(supervisor, project) : []),
    ...MEASURES.map(([name, type, help, value]) =>
      family(
        name,
        type,
        help,
        labelled.flatMap(({ labels, one }) => sampleOf(labels, value(one))),
      ),
    ),
    stateSet('octo_service_state', 'The state that the service is in is 1.', STATES, labelled, ({ state }) => state),
    stateSet('octo_service_health', 'The health that the service has is 1.', HEALTHS, labelled, ({ health }) => health),
    family(
      'octo_service_exits_total',
      'counter',
      'Ends of the program, by how it ended.',
      labelled.flatMap(({ labels, one: { counts } }) =>
        EXITS.flatMap((how) => sampleOf({ ...labels, how }, counts?.exits[how])),
      ),
    ),
    ...ofLimits(labelled),
    ...ofChecks(labelled),
    ...ofNotifiers(notifiers, project),
    ...(lanes ? ofLanes(lanes, project) : []),
  ]
}

type Labelled = { readonly one: InstanceMetrics; readonly labels: Labels }

function family(name: string, type: Type, help: string, samples: readonly Sample[]): Family {
  return { name, type, help, samples }
}

function sampleOf(labels: Labels, value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [{ labels, value }]
}

function ofSupervisor({ startedAt, eventsLost }: NonNullable<ProjectMetrics['supervisor']>, labels: Labels) {
  return [
    family('octo_supervisor_start_time_seconds', 'gauge', 'When the supervisor began, since 1970.', [
      { labels, value: startedAt },
    ]),
    family('octo_supervisor_info', 'gauge', 'The version of octo that supervises.', [
      { labels: { ...labels, version: octoVersion() }, value: 1 },
    ]),
    family('octo_supervisor_events_lost_total', 'counter', 'Events that could not be written down.', [
      { labels, value: eventsLost },
    ]),
  ]
}

/** One series for each state that there is. */
function stateSet(
  name: string,
  help: string,
  states: readonly string[],
  labelled: readonly Labelled[],
  current: (one: InstanceMetrics) => string | undefined,
): Family {
  const label = name.slice(name.lastIndexOf('_') + 1)
  const samples = labelled.flatMap(({ labels, one }) => {
    const now = current(one)
    return now === undefined
      ? []
      : states.map((state) => ({ labels: { ...labels, [label]: state }, value: Number(state === now) }))
  })
  return family(name, 'gauge', help, samples)
}

function ofLimits(labelled: readonly Labelled[]): readonly Family[] {
  const all = labelled.flatMap(({ labels, one: { limits = [] } }) => limits.map((limit) => ({ labels, limit })))
  return [
    family(
      'octo_service_memory_limit_bytes',
      'gauge',
      'The most memory that the service is to use.',
      all.flatMap(({ labels, limit: { name, most } }) => (name === 'memory' ? [{ labels, value: most }] : [])),
    ),
    family(
      'octo_service_limit_in_force',
      'gauge',
      'Whether the system keeps a limit that the service is to have.',
      all.map(({ labels, limit: { name, isInForce } }) => ({
        labels: { ...labels, limit: name },
        value: Number(isInForce),
      })),
    ),
  ]
}

function ofChecks(labelled: readonly Labelled[]): readonly Family[] {
  const counted = labelled.flatMap(({ labels, one: { counts } }) =>
    Object.entries(counts?.checks ?? {}).map(([check, found]) => ({ labels: { ...labels, check }, ...found })),
  )
  return [
    family(
      'octo_check_up',
      'gauge',
      'Whether the check of a running service counts as healthy.',
      labelled.flatMap(({ labels, one: { checks = [] } }) =>
        checks.map(({ name, state }) => ({ labels: { ...labels, check: name }, value: Number(state === 'healthy') })),
      ),
    ),
    family(
      'octo_check_runs_total',
      'counter',
      'Runs of the check, by what they came to.',
      counted.flatMap(({ labels, runs }) =>
        CHECK_STATUSES.map((status) => ({ labels: { ...labels, status }, value: runs[status] })),
      ),
    ),
    family(
      'octo_check_duration_seconds',
      'summary',
      'How long its runs took.',
      counted.flatMap(({ labels, runs, seconds }): readonly Sample[] => [
        { labels, part: 'sum', value: seconds },
        { labels, part: 'count', value: CHECK_STATUSES.reduce((sum, status) => sum + runs[status], 0) },
      ]),
    ),
  ]
}

function ofNotifiers(notifiers: ProjectMetrics['notifiers'], project: Labels): readonly Family[] {
  const each = (value: (one: ProjectMetrics['notifiers'][number]) => number) =>
    notifiers.map((one) => ({ labels: { ...project, notifier: one.notifier }, value: value(one) }))
  return [
    family(
      'octo_notifier_up',
      'gauge',
      'Whether the last try to deliver succeeded.',
      each(({ trouble }) => Number(trouble === undefined)),
    ),
    family(
      'octo_notifier_delivered_total',
      'counter',
      'Messages that were delivered.',
      each(({ delivered }) => delivered),
    ),
    family(
      'octo_notifier_events_lost_total',
      'counter',
      'Events that could not be told.',
      each(({ lost }) => lost),
    ),
    family(
      'octo_notifier_events_waiting',
      'gauge',
      'Events that are still to be told.',
      each(({ waiting }) => waiting),
    ),
  ]
}

function ofLanes(lanes: NonNullable<ProjectMetrics['lanes']>, project: Labels): readonly Family[] {
  const all = Object.entries(lanes).map(([lane, summary]) => ({ labels: { ...project, lane }, summary }))
  return [
    family(
      'octo_check_lateness_seconds',
      'summary',
      'How much later than planned runs of checks began.',
      all.flatMap(({ labels, summary: { runs, sum, p50, p99 } }): readonly Sample[] => [
        { labels: { ...labels, quantile: '0.5' }, value: runs === 0 ? Number.NaN : p50 / 1000 },
        { labels: { ...labels, quantile: '0.99' }, value: runs === 0 ? Number.NaN : p99 / 1000 },
        { labels, part: 'sum', value: sum / 1000 },
        { labels, part: 'count', value: runs },
      ]),
    ),
    family(
      'octo_check_lateness_max_seconds',
      'gauge',
      'The most that one of them was late.',
      all.map(({ labels, summary }) => ({ labels, value: summary.max / 1000 })),
    ),
  ]
}
