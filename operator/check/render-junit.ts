// Outcomes as JUnit XML, which CI systems show: a suite per service, a case per check.
import type { ConfigWarning } from '../../config/document/warnings.ts'
import type { CheckOutcome } from './outcome.ts'
import { nameOf } from './render-table.ts'

export function renderJunit(
  outcomes: readonly CheckOutcome[],
  durationMs: number,
  warnings: readonly ConfigWarning[] = [],
): string {
  const suites = [...Map.groupBy(outcomes, ({ service }) => service)].map(([name, own]) => suiteXml(name, own))
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="octo check" ${countsOf(outcomes)} time="${seconds(durationMs)}">`,
    ...suites,
    ...(warnings.length > 0 ? [warningsXml(warnings)] : []),
    '</testsuites>',
  ]
  return `${lines.join('\n')}\n`
}

function suiteXml(name: string, outcomes: readonly CheckOutcome[]): string {
  const time = seconds(Math.max(0, ...outcomes.map(({ durationMs }) => durationMs)))
  const head = `  <testsuite name="${escapeXml(name)}" ${countsOf(outcomes)} time="${time}">`
  return [head, ...outcomes.map(caseXml), '  </testsuite>'].join('\n')
}

/** A suite without cases: what was warned about belongs to none of them. */
function warningsXml(warnings: readonly ConfigWarning[]): string {
  const lines = warnings.map(({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`)
  return [
    `  <testsuite name="warnings" ${countsOf([])} time="0.000">`,
    `    <system-err>${escapeXml(lines.join('\n'))}</system-err>`,
    '  </testsuite>',
  ].join('\n')
}

function caseXml(outcome: CheckOutcome): string {
  const { service, phase, place, durationMs } = outcome
  const file = `file="${escapeXml(place.file)}"${place.line === undefined ? '' : ` line="${place.line}"`}`
  const name = escapeXml([phase, nameOf(outcome)].filter(Boolean).join(' ') || 'checks')
  const head = `    <testcase classname="${escapeXml(service)}" name="${name}" ${file} time="${seconds(durationMs)}">`
  const log = outcome.log.map(({ level, message }) => `${level} ${message}`).join('\n')
  const parts = [verdictXml(outcome), log === '' ? '' : `      <system-err>${escapeXml(log)}</system-err>`]
  return [head, ...parts.filter(Boolean), '    </testcase>'].join('\n')
}

/** A failure is what the check found; an error is that it could not find out. */
function verdictXml({ status, summary, error, furtherLines = [] }: CheckOutcome): string {
  const message = `message="${escapeXml(summary)}"`
  const text = escapeXml(furtherLines.join('\n'))
  if (status === 'critical') return element('failure', `${message} type="critical"`, text)
  if (status === 'unknown') return element('error', `${message} type="${escapeXml(error?.code ?? 'unknown')}"`, text)
  if (status === 'skipped') return element('skipped', message, '')
  return `      <system-out>${escapeXml([`${status}: ${summary}`, ...furtherLines].join('\n'))}</system-out>`
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

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
/** What XML 1.0 cannot hold, not even as an entity. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

function escapeXml(text: string): string {
  return text
    .replace(FORBIDDEN, '\u{fffd}')
    .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '')
    .replace(/[\n\r\t]/g, (char) => `&#${char.charCodeAt(0)};`)
}
