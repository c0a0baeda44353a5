// Repeats one check until its thresholds decide. A warning keeps healthy, `unknown` neither heals nor fails: it ends the
// check when it stays, and a row of passes with a hole in it is none.
import type { CheckItem } from '../../config/model/config.ts'
import { jittered } from '../../system/async/jittered.ts'
import type { CheckReport } from '../result/report.ts'
import type { Rows, Thresholds } from './rows.ts'
import { areDecided, countedIn, NO_ROWS } from './rows.ts'

type Repetition = Thresholds & Pick<CheckItem, 'intervalMs'>

type AttemptDeps<Report extends CheckReport> = {
  /** Runs the check once; the next run starts only when this one has ended. */
  readonly attempt: () => Promise<Report>
  readonly sleep: (milliseconds: number) => Promise<void>
  /** From 0 to 1. */
  readonly random: () => number
  readonly signal?: AbortSignal | undefined
}

const JITTER = 0.1
/** A check that changes its mind for ever is given up after this many times what its thresholds need. */
const PATIENCE = 10
const MAX_RETRY_AFTER_MS = 300_000

/** The deciding report and how many runs it took. */
export async function repeatUntilDecided<Report extends CheckReport>(
  thresholds: Repetition,
  deps: AttemptDeps<Report>,
): Promise<{ report: Report; attempts: number }> {
  const { successThreshold, failureThreshold } = thresholds
  const maxAttempts = PATIENCE * (successThreshold + failureThreshold)
  let rows: Rows = NO_ROWS
  for (let attempts = 1; ; attempts++) {
    const report = await deps.attempt()
    rows = countedIn(rows, report.status)
    if (areDecided(rows, thresholds) || report.final) return { report, attempts }
    if (deps.signal?.aborted) return { report: interrupted(report), attempts }
    if (attempts >= maxAttempts) return { report: undecided(report, attempts), attempts }
    await deps.sleep(pauseOf(thresholds, report, deps.random()))
  }
}

function pauseOf({ intervalMs }: Repetition, { retryAfterMs = 0 }: CheckReport, random: number): number {
  const wait = jittered(intervalMs, { share: JITTER, random })
  return Math.max(wait, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS))
}

/** What was not decided yet is no answer, however well the last run ended. */
function interrupted<Report extends CheckReport>(report: Report): Report {
  if (report.status === 'unknown') return report
  return { ...report, status: 'unknown', summary: `interrupted before it was decided, last: ${report.summary}` }
}

function undecided<Report extends CheckReport>(report: Report, attempts: number): Report {
  return { ...report, status: 'unknown', summary: `undecided after ${attempts} runs, last: ${report.summary}` }
}
