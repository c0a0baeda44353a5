// A check that stays: many runs in one process, asked and answered in lines, each as it would be as a process of its own. It ends when
// whoever asks has gone.
import { Console } from 'node:console'
import { say } from './say.ts'

type Asked = {
  readonly deadlineMs?: number | undefined
  readonly onDefect?: (error: unknown) => void
  readonly document?: () => Readonly<Record<string, unknown>>
}

type Answering<Result> = {
  readonly name: string
  answer(argv: readonly string[], asked: Asked): Promise<Result>
  failed(summary: string): Result
  exitCode(result: Result): number
  render(result: Result): string
}

type Question = {
  readonly id: number
  readonly words: readonly string[]
  readonly document?: Readonly<Record<string, unknown>>
  readonly deadlineMs: number
}

export function stay<Result>(program: Answering<Result>): void {
  // Standard output is for answers.
  globalThis.console = new Console(process.stderr)
  // What a run throws behind its own back is no reason to lose those of others: it gives no result, and its time ends.
  process.on('uncaughtException', (error) => process.stderr.write(`${textOf(error)}\n`))
  let rest = ''
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) void answer(program, JSON.parse(line) as Question)
  })
  process.stdin.on('end', () => process.exit())
}

async function answer<Result>(program: Answering<Result>, question: Question): Promise<void> {
  const { id, words, document, deadlineMs } = question
  const log: string[] = []
  const onDefect = (error: unknown) => void log.push(`${JSON.stringify({ level: 'error', msg: textOf(error) })}\n`)
  const given = document === undefined ? {} : { document: () => document }
  let result: Result
  try {
    result = await program.answer(words, { deadlineMs, onDefect, ...given })
  } catch (error) {
    onDefect(error)
    result = program.failed(`${program.name} failed: ${error instanceof Error ? error.message : 'unknown error'}`)
  }
  const stderr = log.length > 0 ? { stderr: log.join('') } : {}
  say(JSON.stringify({ id, exitCode: program.exitCode(result), stdout: `${program.render(result)}\n`, ...stderr }))
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
