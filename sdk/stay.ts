// A check that stays: many runs in one process, asked and answered in lines, each as it would be as a process of its own. It ends when
// whoever asks has gone.
import { Console } from 'node:console'
import { defectLine } from './defect-line.ts'
import { leave } from './leave.ts'
import type { Program } from './program.ts'
import { firstLine } from './run.ts'
import { say } from './say.ts'

type Question = {
  readonly id: number
  readonly words: readonly string[]
  readonly document?: Readonly<Record<string, unknown>>
  readonly deadlineMs: number
}

export function stay<Result>(program: Program<Result>): void {
  // Standard output is for answers.
  globalThis.console = new Console(process.stderr)
  // What a run throws behind its own back is no reason to lose those of others: it gives no result, and its time ends.
  process.on('uncaughtException', (error) => process.stderr.write(defectLine(error)))
  let rest = ''
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) void answer(program, JSON.parse(line) as Question)
  })
  process.stdin.on('end', leave)
}

async function answer<Result>(program: Program<Result>, question: Question): Promise<void> {
  const { id, words, document, deadlineMs } = question
  const log: string[] = []
  const onDefect = (error: unknown) => void log.push(defectLine(error))
  const given = document === undefined ? {} : { document: () => document }
  const printed = (result: Result) => ({
    exitCode: program.exitCode(result),
    stdout: `${program.render(result)}\n`,
  })
  let end: ReturnType<typeof printed>
  try {
    end = printed(await program.answer(words, { deadlineMs, onDefect, ...given }))
  } catch (error) {
    onDefect(error)
    end = printed(program.failed(`${program.name} failed: ${firstLine(error)}`))
  }
  say(JSON.stringify({ id, ...end, ...(log.length > 0 ? { stderr: log.join('') } : {}) }))
}
