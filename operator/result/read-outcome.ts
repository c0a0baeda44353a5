// What a run of a notifier or a secret plugin came to: the status of its result line, which its exit code has to confirm. Whatever
// is unclear did not succeed and may be tried again.
import type { OutcomeStatus } from '../../schemas/contract/outcome.ts'
import { OUTCOME_EXIT_CODES } from '../../schemas/contract/outcome.ts'
import { throwDefect } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable } from '../../schemas/quote.ts'
import { allProblemsOf } from '../../schemas/shape.ts'
import type { Ending } from '../../system/process/run-process.ts'
import { stoppedReport } from './interpret.ts'
import { shownLines } from './plain-text.ts'
import { summaryOf } from './report.ts'
import { lastLine } from './result-line.ts'

type OutcomeLine = { readonly status: OutcomeStatus; readonly summary: string }

type Told = {
  /** One line, safe to print. */
  readonly summary: string
  readonly exitCode?: number
  /** The operator's code when the plugin did not end by itself: 124 or 128 + signal. */
  readonly hostCode?: number
}

export type Outcome<Line> =
  | (Told & { readonly status: 'ok'; readonly line: Line })
  /** `line` where the plugin itself said so. */
  | (Told & { readonly status: 'retry' | 'failed'; readonly line?: Line })

/** `parse` throws a CodedError for what is no line of the contract. Never throws; standard output is never repeated. */
export function readOutcome<Line extends OutcomeLine>(ending: Ending, parse: (text: string) => Line): Outcome<Line> {
  const stopped = stoppedReport(ending)
  if (stopped) {
    const { summary, hostCode } = stopped
    return { status: 'retry', summary, ...omitUndefined({ hostCode }) }
  }
  const { exitCode = -1 } = ending
  const found = findLine(ending, parse)
  if ('problem' in found) return { status: statusOfCode(exitCode), summary: summaryOf(found.problem), exitCode }
  const { line } = found
  const summary = summaryOf(line.summary)
  if (exitCode === OUTCOME_EXIT_CODES[line.status]) return { status: line.status, line, summary, exitCode }
  return {
    status: 'retry',
    summary: summaryOf(`says ${line.status} and exited with ${exitCode}: ${summary}`),
    exitCode,
  }
}

/** Without a result line: 64–78 say that trying again cannot help, but for 75. */
function statusOfCode(exitCode: number): 'retry' | 'failed' {
  return exitCode >= 64 && exitCode <= 78 && exitCode !== OUTCOME_EXIT_CODES.retry ? 'failed' : 'retry'
}

type Found<Line> = { readonly line: Line } | { readonly problem: string }

function findLine<Line>(ending: Ending, parse: (text: string) => Line): Found<Line> {
  const { stdout, exitCode } = ending
  const last = lastLine(stdout)
  if (last === undefined) return { problem: 'its result line is too long' }
  if (!last.text.startsWith('{')) return { problem: `ended without a result, exit code ${exitCode}${because(ending)}` }
  if (stdout.isOpen && !last.isEnded) return { problem: 'its result line has no end' }
  if (!stdout.isUtf8 && last.text.includes('\ufffd')) return { problem: 'its result is not UTF-8' }
  try {
    return { line: parse(last.text) }
  } catch (error) {
    throwDefect(error)
    return { problem: `its result is of no use: ${printable(allProblemsOf(error), 300)}` }
  }
}

/** Its last words on standard error: standard output may hold secrets. */
function because({ stderr }: Ending): string {
  const words = shownLines(stderr.text).at(-1)
  return words === undefined ? '' : `: ${summaryOf(words)}`
}
