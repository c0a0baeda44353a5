// Judges an answer: status, body, speed and certificate, the worst counts.
import type { CheckResult, CheckStatus, Metric, OptionValues } from '../../sdk/index.ts'
import { formatMs, invalidOptions, latencyMetric, latencyStatus } from '../../sdk/index.ts'
import type { Journey } from './follow.ts'
import type { options } from './options.ts'
import type { Answer } from './request.ts'
import { shown } from './target.ts'

type UrlOptions = OptionValues<typeof options>
type Finding = { readonly status: CheckStatus; readonly text: string }

const SEVERITY: readonly CheckStatus[] = ['ok', 'warn', 'unknown', 'critical']

export function verdict({ answer, target, redirects }: Journey, options: UrlOptions, latencyMs: number): CheckResult {
  const findings = [
    statusFinding(answer, options),
    ...bodyFindings(answer, options),
    ...certificateFindings(answer, options),
  ]
  const limits = { warnMs: options['warn-after'], critMs: options['crit-after'] }
  const speed = latencyStatus(latencyMs, limits)
  findings.push({
    status: speed,
    text: speed === 'ok' ? formatMs(latencyMs) : `the answer took ${formatMs(latencyMs)}`,
  })
  const status = worst(findings)
  const wrong = findings.filter((finding) => finding.status !== 'ok')
  const place = shown(target.url, target.socketPath)
  const said = (status === 'ok' ? findings : wrong).map(({ text }) => text).join(', ')
  return {
    status,
    summary: `${place}: ${said}`,
    details: { url: place, httpStatus: answer.status, redirects, ...certificateDetails(answer) },
    metrics: [latencyMetric(latencyMs, limits), ...certificateMetrics(answer, options)],
  }
}

/** Reads `204`, `2xx` and `200-299`; throws InvalidOptions. */
export function parseStatuses(texts: readonly string[]): (status: number) => boolean {
  const spans = (texts.length === 0 ? ['2xx'] : texts).map((text) => {
    const match = /^(?:([1-5])xx|([1-5]\d\d)(?:-([1-5]\d\d))?)$/i.exec(text)
    if (!match) throw invalidOptions(`--status is \`${text.slice(0, 20)}\`, expected \`204\`, \`2xx\` or \`200-299\``)
    const [, family, first, last] = match
    return family ? [Number(family) * 100, Number(family) * 100 + 99] : [Number(first), Number(last ?? first)]
  })
  return (status) => spans.some(([low = 0, high = 0]) => status >= low && status <= high)
}

function statusFinding({ status }: Answer, { status: wanted }: UrlOptions): Finding {
  if (parseStatuses(wanted)(status)) return { status: 'ok', text: `HTTP ${status}` }
  return { status: 'critical', text: `HTTP ${status}, expected ${wanted.join(' or ') || '2xx'}` }
}

function bodyFindings({ body }: Answer, { 'body-contains': wanted }: UrlOptions): Finding[] {
  const missing = wanted.filter((text) => !body.includes(text))
  return missing.map((text) => ({ status: 'critical', text: `the answer does not contain ${JSON.stringify(text)}` }))
}

function certificateFindings({ certificate }: Answer, { 'certificate-days': days, insecure }: UrlOptions): Finding[] {
  if (!certificate) return []
  const { daysLeft, verified } = certificate
  const findings: Finding[] = []
  if (insecure && !verified) findings.push({ status: 'ok', text: 'certificate not verified' })
  if (days !== undefined && daysLeft < days)
    findings.push({ status: 'warn', text: `the certificate ends in ${daysLeft} days` })
  return findings
}

function certificateDetails({ certificate }: Answer): Record<string, unknown> {
  return certificate ? { certificateVerified: certificate.verified } : {}
}

function certificateMetrics({ certificate }: Answer, { 'certificate-days': warn }: UrlOptions): Metric[] {
  if (!certificate) return []
  return [{ name: 'certificate', value: certificate.daysLeft, unit: 'd', ...(warn === undefined ? {} : { warn }) }]
}

function worst(findings: readonly Finding[]): CheckStatus {
  return SEVERITY[Math.max(...findings.map(({ status }) => SEVERITY.indexOf(status)))] ?? 'unknown'
}
