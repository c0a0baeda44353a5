// The process around a plugin: argv and environment in; the result as the last line of stdout and as exit code out, also
// when the plugin throws, forgets to answer or is told to stop.
import { writeSync } from 'node:fs'
import { readDeadline } from './deadline.ts'
import { defectLine } from './defect-line.ts'
import { readDocument } from './document.ts'
import { leave } from './leave.ts'
import type { Program } from './program.ts'
import { say } from './say.ts'
import { stay } from './stay.ts'

/** Whoever loads a plugin into a process of its own is given the program by this, in place of a run. */
const HOST = Symbol.for('octo.host/v1')

export async function runProgram<Result>(program: Program<Result>): Promise<void> {
  const { [HOST]: host } = globalThis as { [HOST]?: (program: Program<Result>) => void }
  if (host) return host(program)
  const argv = process.argv.slice(2)
  if (argv[0] === '--version') return say(program.version)
  if (argv[0] === '--help') return say(program.help())
  if (argv[0] === '--schema') return say(JSON.stringify(program.schema(), null, 2))
  if (process.env.OCTO_RESIDENT === 'lines/v1') {
    // What it starts itself is asked nothing.
    delete process.env.OCTO_RESIDENT
    return stay(program)
  }
  const report = reportOnce(program)
  answerWhateverHappens(program, report)
  const deadlineMs = readDeadline(process.env.OCTO_DEADLINE_MS)
  const document = process.env.OCTO_INPUT === 'json' ? { document: readDocument } : {}
  report(await program.answer(argv, { deadlineMs, onDefect: tell, ...document }))
  leave()
}

function answerWhateverHappens<Result>(program: Program<Result>, report: (result: Result) => void): void {
  const give = (summary: string) => report(program.failed(`${program.name} ${summary}`))
  process.on('uncaughtException', (thrown) => {
    const error = program.shown ? program.shown(thrown) : thrown
    tell(error)
    give(`failed: ${error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : 'unknown error'}`)
    leave()
  })
  process.on('SIGTERM', () => {
    give('was told to stop before it had a result')
    leave()
  })
  // Reached without a report only when nothing is left to wait for: a promise that nobody will settle.
  process.on('exit', () => give('ended without a result'))
}

/** The first result counts: what follows a report cannot change it. */
function reportOnce<Result>(program: Program<Result>): (result: Result) => void {
  let reported = false
  return (result) => {
    if (reported) return
    reported = true
    process.exitCode = program.exitCode(result)
    say(program.render(result))
  }
}

function tell(error: unknown): void {
  writeSync(2, defectLine(error))
}
