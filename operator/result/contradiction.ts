// A result that passes while another line of the output says worse is no pass: one of the two is wrong.
import type { CheckStatus } from '../../schemas/check-result.ts'
import type { Ending } from '../../system/process/run-process.ts'
import type { CheckReport } from './report.ts'
import { isPass, summaryOf, worse } from './report.ts'
import { TOLD_JSON, TOLD_TEXT } from './verdicts.ts'

/** Asks the JSON of both streams, under every contract: nobody prints such a line by accident. */
export function doubtContradicted(report: CheckReport, { stdout, stderr }: Ending): CheckReport {
  return doubt(report, [...saidIn(stdout.told, TOLD_JSON), ...saidIn(stderr.told, TOLD_JSON)])
}

/** Asks lines of text as well, for plugins whose result is a line of JSON. */
export function doubtContradictedByText(report: CheckReport, ending: Ending): CheckReport {
  return doubt(doubtContradicted(report, ending), saidIn(ending.stdout.told, TOLD_TEXT))
}

function saidIn(told: ReadonlySet<string>, kind: string): CheckStatus[] {
  return [...told].flatMap((word) => (word.startsWith(kind) ? [word.slice(kind.length) as CheckStatus] : []))
}

function doubt(report: CheckReport, said: readonly CheckStatus[]): CheckReport {
  const worst = said.reduce(worse, report.status)
  if (!isPass(report.status) || worst === report.status) return report
  return {
    ...report,
    status: 'unknown',
    summary: summaryOf(`another line says ${worst}, the result: ${report.summary}`),
  }
}
