// The measures of a run of `octo check`, under names that the measures of a supervisor do not have: a run is over when it is read.
import type { Family, Labels, Sample } from '../metrics/exposition.ts'
import type { CheckRun } from './check-run.ts'
import type { CheckOutcome } from './outcome.ts'
import { hasFailed } from './outcome.ts'

/** Of what a check found; `skipped` said nothing. */
const STATUSES = ['ok', 'warn', 'critical', 'unknown', 'skipped'] as const

export function familiesOfRun({ outcomes, config, startedAt, durationMs }: CheckRun): readonly Family[] {
  const labelled = outcomes.map((outcome) => ({ outcome, labels: labelsOf(outcome, config) }))
  const ran = labelled.filter(({ outcome }) => outcome.status !== 'skipped')
  const own = { config }
  return [
    gauge('octo_check_run_passed', 'Whether every check of the run passed.', [
      { labels: own, value: Number(!outcomes.some(hasFailed)) },
    ]),
    gauge('octo_check_run_start_time_seconds', 'When the run began, since 1970.', [
      { labels: own, value: startedAt.getTime() / 1000 },
    ]),
    gauge('octo_check_run_duration_seconds', 'How long the whole run took.', [
      { labels: own, value: durationMs / 1000 },
    ]),
    gauge(
      'octo_check_run_status',
      'What the check came to is 1.',
      labelled.flatMap(({ labels, outcome }) =>
        STATUSES.map((status) => ({ labels: { ...labels, status }, value: Number(status === outcome.status) })),
      ),
    ),
    gauge(
      'octo_check_run_check_duration_seconds',
      'How long the check took, with all its tries.',
      ran.map(({ labels, outcome }) => ({ labels, value: outcome.durationMs / 1000 })),
    ),
    gauge('octo_check_run_value', 'What the check measured, in its own unit.', ran.flatMap(valuesOf)),
  ]
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, type: 'gauge', help, samples }
}

function labelsOf({ service, phase, plugin = '', mark = '' }: CheckOutcome, config: string): Labels {
  return { config, service, phase: phase ?? '', check: plugin, mark }
}

function valuesOf({ labels, outcome }: { readonly labels: Labels; readonly outcome: CheckOutcome }): readonly Sample[] {
  return (outcome.metrics ?? []).map(({ name, unit = '', value }) => ({
    labels: { ...labels, metric: name, unit },
    value,
  }))
}
