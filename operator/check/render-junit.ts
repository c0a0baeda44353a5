// Outcomes as JUnit XML, which CI systems show: a suite per service, a case per check.
import type { ConfigWarning } from '../../config/document/warnings.ts'
import { escapeWithBreaks } from '../../schemas/escape-markup.ts'
import type { CheckRun } from './check-run.ts'
import type { CheckOutcome } from './outcome.ts'
import { nameOf } from './render-table.ts'

export function renderJunit({ outcomes, startedAt, durationMs, host, octo, warnings }: CheckRun): string {
  // JUnit's schema has no zone: its times are the machine's, and those of machines are UTC.
  const when = `timestamp="${startedAt.toISOString().slice(0, 19)}"`
  const origin = `${when} hostname="${escapeWithBreaks(host)}"`
  const suites = [...Map.groupBy(outcomes, ({ service }) => service)].map(([name, own]) =>
    suiteXml(name, own, { origin, octo }),
  )
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="octo check" ${countsOf(outcomes)} ${when} time="${seconds(durationMs)}">`,
    ...suites,
    ...(warnings.length > 0 ? [warningsXml(warnings)] : []),
    '</testsuites>',
  ]
  return `${lines.join('\n')}\n`
}

type Origin = { readonly origin: string; readonly octo: string }

function suiteXml(name: string, outcomes: readonly CheckOutcome[], { origin, octo }: Origin): string {
  const time = seconds(Math.max(0, ...outcomes.map(({ durationMs }) => durationMs)))
  const head = `  <testsuite name="${escapeWithBreaks(name)}" ${countsOf(outcomes)} ${origin} time="${time}">`
  const properties = `    <properties><property name="octo" value="${escapeWithBreaks(octo)}"/></properties>`
  return [head, properties, ...outcomes.map(caseXml), '  </testsuite>'].join('\n')
}

/** A suite without cases: what was warned about belongs to none of them. */
function warningsXml(warnings: readonly ConfigWarning[]): string {
  const lines = warnings.map(({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`)
  return [
    `  <testsuite name="warnings" ${countsOf([])} time="0.000">`,
    `    <system-err>${escapeWithBreaks(lines.join('\n'))}</system-err>`,
    '  </testsuite>',
  ].join('\n')
}

function caseXml(outcome: CheckOutcome): string {
  const { service, phase, place, durationMs } = outcome
  const file = `file="${escapeWithBreaks(place.file)}"${place.line === undefined ? '' : ` line="${place.line}"`}`
  const name = escapeWithBreaks([phase, nameOf(outcome)].filter(Boolean).join(' ') || 'checks')
  const head = `    <testcase classname="${escapeWithBreaks(service)}" name="${name}" ${file} time="${seconds(durationMs)}">`
  const log = outcome.log.map(({ level, message }) => `${level} ${message}`).join('\n')
  const parts = [verdictXml(outcome), log === '' ? '' : `      <system-err>${escapeWithBreaks(log)}</system-err>`]
  return [head, ...parts.filter(Boolean), '    </testcase>'].join('\n')
}

/** A failure is what the check found; an error is that it could not find out. */
function verdictXml({ status, summary, error, furtherLines = [] }: CheckOutcome): string {
  const message = `message="${escapeWithBreaks(summary)}"`
  const text = escapeWithBreaks(furtherLines.join('\n'))
  if (status === 'critical') return element('failure', `${message} type="critical"`, text)
  if (status === 'unknown')
    return element('error', `${message} type="${escapeWithBreaks(error?.code ?? 'unknown')}"`, text)
  if (status === 'skipped') return element('skipped', message, '')
  return `      <system-out>${escapeWithBreaks([`${status}: ${summary}`, ...furtherLines].join('\n'))}</system-out>`
}

function element(name: string, attributes: string, text: string): string {
  return text === '' ? `      <${name} ${attributes}/>` : `      <${name} ${attributes}>${text}</${name}>`
}

function countsOf(outcomes: readonly CheckOutcome[]): string {
  const count = (status: CheckOutcome['status']) => outcomes.filter((outcome) => outcome.status === status).length
  return `tests="${outcomes.length}" failures="${count('critical')}" errors="${count('unknown')}" skipped="${count('skipped')}"`
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3)
}
