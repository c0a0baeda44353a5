// The contract `nagios`: the exit code is the status, always, and the text explains it. Words in the text decide nothing:
// a wrapper that turns a result around leaves them as they were, and a summary of many checks quotes those that failed.
import { CHECK_STATUSES } from '../../schemas/check-result.ts'
import type { Ending } from '../../system/process/run-process.ts'
import { doubtContradicted } from './contradiction.ts'
import { parseNagios, tellNagios } from './nagios.ts'
import { shownLines } from './plain-text.ts'
import { readOtherCode } from './read-exit-code.ts'
import type { CheckReport } from './report.ts'
import { isPass } from './report.ts'

export function readNagios(ending: Ending, exitCode: number): CheckReport {
  const status = CHECK_STATUSES[exitCode]
  if (status === undefined) return readOtherCode(ending, exitCode)
  const output = parseNagios(ending.stdout)
  // The contract wants a line of text. Without one, it may be that nothing was looked at.
  const words = shownLines(ending.stderr.text)[0]
  const silence = `exited with ${exitCode} without a word${words === undefined ? '' : `: ${words}`}`
  if (output.lines.length === 0 && isPass(status)) return { status: 'unknown', ...tellNagios(output, status, silence) }
  return doubtContradicted({ status, ...tellNagios(output, status, silence) }, ending)
}
