// The contract `check/v1`: a JSON line at the end of standard output, or text that says a status, together with the exit
// codes 0–3. A crash must never look like a result: an uncaught error in Node or Python exits with 1 and a Go panic with 2.
import type { CheckStatus } from '../../schemas/check-result.ts'
import { CHECK_STATUSES } from '../../schemas/check-result.ts'
import type { Ending } from '../../system/process/run-process.ts'
import { doubtContradictedByText } from './contradiction.ts'
import type { NagiosOutput } from './nagios.ts'
import { parseNagios, tellNagios } from './nagios.ts'
import { because, readOtherCode } from './read-exit-code.ts'
import type { CheckReport } from './report.ts'
import { summaryOf, worse } from './report.ts'
import { readResultLine } from './result-line.ts'
import { statusInText } from './verdicts.ts'

export function readCheck(ending: Ending, exitCode: number): CheckReport {
  const code = CHECK_STATUSES[exitCode]
  if (code === undefined) return readOtherCode(ending, exitCode)
  const line = readResultLine(ending.stdout)
  if (line.kind === 'none') return readText(ending, code)
  if (line.kind === 'result') return doubtContradictedByText(withExitCode(line.report, code), ending)
  return { status: worse('unknown', code), summary: summaryOf(`result is of no use: ${line.problem}`) }
}

/** The graver of two; but a plugin that says ok and exits with 1 has crashed after it, which is no warning. */
function withExitCode(report: CheckReport, code: CheckStatus): CheckReport {
  if (report.status !== 'ok' || code !== 'warn') return { ...report, status: worse(report.status, code) }
  return { ...report, status: 'unknown', summary: summaryOf(`exited with 1 after the result: ${report.summary}`) }
}

function readText(ending: Ending, code: CheckStatus): CheckReport {
  const output = parseNagios(ending.stdout)
  const told = tellNagios(output, code, 'no text')
  const problem = problemOfText(ending, output, code)
  if (problem === undefined) return doubtContradictedByText({ status: code, ...told }, ending)
  if (problem === NO_RESULT) return { ...told, status: 'unknown', summary: `${problem}${because(ending)}` }
  return { ...told, status: 'unknown', summary: summaryOf(`${problem}: ${told.summary}`) }
}

const NO_RESULT = 'ended without a result'

/** Why the exit code does not count; undefined when it does. */
function problemOfText({ stdout }: Ending, { lines, metrics }: NagiosOutput, code: CheckStatus): string | undefined {
  const said = lines.flatMap((line) => statusInText(line) ?? [])
  const worst = said.reduce<CheckStatus>(worse, 'ok')
  if (lines.length === 0 && metrics.length === 0) return NO_RESULT
  if ((code === 'warn' || code === 'critical') && said.length === 0 && metrics.length === 0) return NO_RESULT
  if (contradicts(said, worst, code)) return `exited with ${CHECK_STATUSES.indexOf(code)} and says ${worst}`
  if (code === 'critical') return undefined
  if (stdout.droppedBytes > 0) return `${stdout.droppedBytes} bytes that may have decided were dropped`
  if (stdout.text.includes('\0')) return 'its output is no text'
  return stdout.isOpen && !stdout.text.endsWith('\n') ? 'its last line has no end' : undefined
}

/** The text says worse than the exit code, or that all is well where the exit code says it is not: a crash after that. */
function contradicts(said: readonly CheckStatus[], worst: CheckStatus, code: CheckStatus): boolean {
  if (code === 'ok') return worst !== 'ok'
  if (code === 'warn') return said.length > 0 && worst !== 'warn'
  return said.length > 0 && worst === 'ok'
}
