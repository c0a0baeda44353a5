// The contract `exit-code`: 0 passes. Also what exit codes mean that no contract gives a status to.
import type { Ending } from '../../system/process/run-process.ts'
import { doubtContradicted } from './contradiction.ts'
import { shownLines } from './plain-text.ts'
import type { CheckReport } from './report.ts'
import { summaryOf } from './report.ts'

export function readExitCode(ending: Ending, exitCode: number): CheckReport {
  const words = shownLines(ending.stdout.text)[0] ?? shownLines(ending.stderr.text)[0]
  const summary = summaryOf(words ?? `exited with ${exitCode}`)
  if (exitCode === 0) return doubtContradicted({ status: 'ok', summary }, ending)
  return isOfSysexits(exitCode) ? readOtherCode(ending, exitCode) : { status: 'critical', summary }
}

/** No result: of the codes of sysexits.h all but 75 say that trying again cannot help. */
export function readOtherCode(ending: Ending, exitCode: number): CheckReport {
  const report = (expected: string): CheckReport => ({
    status: 'unknown',
    summary: summaryOf(`exited with ${exitCode}${expected}${because(ending)}`),
  })
  if (!isOfSysexits(exitCode)) return report(', expected 0 to 3')
  return exitCode === 75 ? report('') : { ...report(''), final: true }
}

/** The last words on stderr tell most about a crash. */
export function because({ stderr, stdout }: Ending): string {
  const words = shownLines(stderr.text).at(-1) ?? shownLines(stdout.text).at(-1)
  return words === undefined ? '' : `: ${summaryOf(words)}`
}

function isOfSysexits(exitCode: number): boolean {
  return exitCode >= 64 && exitCode <= 78
}
