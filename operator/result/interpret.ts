// Reads what a finished run means under the output contract that the release declares. A crash must never look like a
// result: an uncaught error in Node or Python exits with 1 and a Go panic with 2, which `check/v1` calls warn and critical.
import type { CheckStatus } from '../../schemas/check-result.ts'
import { CHECK_STATUSES } from '../../schemas/check-result.ts'
import type { ReleasedManifest } from '../../schemas/manifest.ts'
import { printable } from '../../schemas/quote.ts'
import { formatBytes, formatDuration } from '../../terminal/index.ts'
import type { Ending } from '../exec/run-process.ts'
import { signalCode } from '../exec/signal-code.ts'
import { parseNagios } from './nagios.ts'
import type { CheckReport } from './report.ts'
import { worse } from './report.ts'
import { readResultLine } from './result-line.ts'

type Contract = ReleasedManifest['output']

const MAX_SUMMARY = 500
const TIMED_OUT = 124

/** Never throws: whatever the plugin did is a report. */
export function interpret(ending: Ending, contract: Contract): CheckReport {
  const stopped = stoppedReport(ending)
  if (stopped) return stopped
  const { exitCode } = ending
  if (exitCode === undefined) return { status: 'unknown', summary: 'ended in an unknown way' }
  return { ...(contract === 'check/v1' ? readCheck(ending, exitCode) : readExitCode(ending, exitCode)), exitCode }
}

/** The plugin did not end by itself: the operator's codes, apart from the plugin's. */
function stoppedReport(ending: Ending): CheckReport | undefined {
  const { stopped, signal, durationMs } = ending
  if (stopped === 'timeout')
    return hostReport(`no result within ${formatDuration(durationMs)}, killed`, TIMED_OUT, ending)
  if (stopped === 'flood') {
    const printed = formatBytes(ending.stdout.totalBytes + ending.stderr.totalBytes)
    return hostReport(`printed ${printed} without an end, killed`, signalCode('SIGKILL'), ending)
  }
  if (stopped === 'interrupted') return hostReport('interrupted', signalCode('SIGTERM'), ending)
  return signal === undefined ? undefined : hostReport(`ended by ${signal}`, signalCode(signal), ending)
}

function hostReport(summary: string, hostCode: number, { exitCode }: Ending): CheckReport {
  return { status: 'unknown', summary, hostCode, ...(exitCode === undefined ? {} : { exitCode }) }
}

function readCheck(ending: Ending, exitCode: number): CheckReport {
  const code = CHECK_STATUSES[exitCode]
  if (code === undefined) return otherCode(ending, exitCode)
  const line = readResultLine(ending.stdout)
  if (line.kind === 'result') return { ...line.report, status: worse(line.report.status, code) }
  if (line.kind === 'broken')
    return { status: worse('unknown', code), summary: `result line is of no use: ${line.problem}` }
  return readNagios(ending, code)
}

function readNagios(ending: Ending, code: CheckStatus): CheckReport {
  const { text, metrics, isResult } = parseNagios(ending.stdout.text)
  const crashed = (code === 'warn' || code === 'critical') && !isResult
  if (crashed) return { status: 'unknown', summary: `ended without a result${because(ending)}` }
  const measured = metrics.length > 0 ? { metrics } : {}
  return { status: code, summary: summaryOf(text || fallback(ending, code)), ...measured }
}

/** Exit codes above 3 are no results: 64–78 are those of sysexits.h, of which only 75 asks to try again. */
function otherCode(ending: Ending, exitCode: number): CheckReport {
  const report: CheckReport = { status: 'unknown', summary: `exited with ${exitCode}${because(ending)}` }
  return isFinal(exitCode) ? { ...report, final: true } : report
}

function readExitCode(ending: Ending, exitCode: number): CheckReport {
  const words = firstLine(ending.stdout.text) || firstLine(ending.stderr.text)
  if (exitCode === 0) return { status: 'ok', summary: summaryOf(words || 'exited with 0') }
  if (exitCode >= 64 && exitCode <= 78) return otherCode(ending, exitCode)
  return { status: 'critical', summary: summaryOf(words || `exited with ${exitCode}`) }
}

function isFinal(exitCode: number): boolean {
  return exitCode >= 64 && exitCode <= 78 && exitCode !== 75
}

function fallback(ending: Ending, code: CheckStatus): string {
  return code === 'ok' ? 'passed without a word' : firstLine(ending.stderr.text) || `exited without a word`
}

/** The last words on stderr tell most about a crash. */
function because({ stderr, stdout }: Ending): string {
  const words = lastLine(stderr.text) || lastLine(stdout.text)
  return words === '' ? '' : `: ${summaryOf(words)}`
}

function summaryOf(text: string): string {
  return printable(text.trim(), MAX_SUMMARY)
}

function firstLine(text: string): string {
  return text.split('\n').find((line) => line.trim() !== '') ?? ''
}

function lastLine(text: string): string {
  return text.split('\n').findLast((line) => line.trim() !== '') ?? ''
}
