// The process around a check: argv and environment in; the result as the last line of stdout and as exit code out, also
// when the plugin throws, forgets to answer or is told to stop.
import { writeSync } from 'node:fs'
import { readDeadline } from './deadline.ts'
import type { Check } from './definition.ts'
import { renderHelp } from './help.ts'
import type { CheckResult } from './result.ts'
import { EXIT_CODES, renderResult, unknown } from './result.ts'

export async function runProgram(check: Check): Promise<void> {
  const argv = process.argv.slice(2)
  if (argv[0] === '--version') return say(check.version)
  if (argv[0] === '--help') return say(renderHelp(check))
  if (argv[0] === '--schema') return say(JSON.stringify(check.schema(), null, 2))
  const report = reportOnce()
  answerWhateverHappens(check, report)
  const deadlineMs = readDeadline(process.env.OCTO_DEADLINE_MS)
  report(await check.evaluate(argv, { deadlineMs, onDefect: tell }))
  process.exit()
}

function answerWhateverHappens(check: Check, report: (result: CheckResult) => void): void {
  const give = (summary: string) => report(unknown(`${check.name} ${summary}`))
  process.on('uncaughtException', (error) => {
    tell(error)
    give(`failed: ${error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : 'unknown error'}`)
    process.exit()
  })
  process.on('SIGTERM', () => {
    give('was told to stop before it had a result')
    process.exit()
  })
  // Reached without a report only when nothing is left to wait for: a promise that nobody will settle.
  process.on('exit', () => give('ended without a result'))
}

/** The first result counts: what follows a report cannot change it. */
function reportOnce(): (result: CheckResult) => void {
  let reported = false
  return (result) => {
    if (reported) return
    reported = true
    process.exitCode = EXIT_CODES[result.status]
    say(renderResult(result))
  }
}

/** Synchronous, so that the line is written even when the process ends at once. */
function say(text: string): void {
  let rest = Buffer.from(`${text}\n`)
  while (rest.length > 0) rest = rest.subarray(writeSync(1, rest))
}

function tell(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  writeSync(2, `${JSON.stringify({ level: 'error', msg: text })}\n`)
}
