// The measures of service plugins that processes of this user share, under names of their own: one that is kept, or supervised, counts
// on over all of its instances, until a day after the last one ended.
import type { Family, Labels } from '../../metrics/exposition.ts'
import type { SharedPlugin } from './list.ts'

type Measure = readonly [
  name: string,
  type: Family['type'],
  help: string,
  value: (one: SharedPlugin) => number | undefined,
]

const MEASURES: readonly Measure[] = [
  [
    'octo_plugin_up',
    'gauge',
    'Whether an instance of the plugin runs.',
    ({ running }) => Number(running !== undefined),
  ],
  [
    'octo_plugin_start_time_seconds',
    'gauge',
    'When the instance was started, since 1970.',
    ({ running }) => running && running.record.startedAt / 1000,
  ],
  [
    'octo_plugin_resident_memory_bytes',
    'gauge',
    'Memory of the process of the plugin.',
    ({ running }) => running?.memoryBytes,
  ],
  ['octo_plugin_calls_total', 'counter', 'Calls that are over, of all processes.', ({ tally }) => tally.calls],
  ['octo_plugin_call_seconds_total', 'counter', 'How long these calls took together.', ({ tally }) => tally.seconds],
  ['octo_plugin_starts_total', 'counter', 'Instances that came up.', ({ tally }) => tally.starts],
  ['octo_plugin_failed_starts_total', 'counter', 'Instances that did not come up.', ({ tally }) => tally.failedStarts],
]

export function familiesOfPlugins(plugins: readonly SharedPlugin[]): readonly Family[] {
  return [
    ...MEASURES.map(
      ([name, type, help, value]): Family => ({
        name,
        type,
        help,
        samples: plugins.flatMap((one) => {
          const found = value(one)
          return found === undefined ? [] : [{ labels: labelsOf(one), value: found }]
        }),
      }),
    ),
    {
      name: 'octo_plugin_call_errors_total',
      type: 'counter',
      help: 'Calls that failed, by the code of the error.',
      samples: plugins.flatMap((one) =>
        Object.entries(one.tally.errors).map(([code, value]) => ({ labels: { ...labelsOf(one), code }, value })),
      ),
    },
  ]
}

/** Two of one name that are started in different ways are two. */
function labelsOf({ plugin, key }: SharedPlugin): Labels {
  return { plugin, key }
}
