// The one executable: looks at the first word, loads only the part that knows it, and shows what goes wrong.
import type { Part } from './terminal/commands.ts'
import { WORDS } from './terminal/commands.ts'

type Main<Answer> = { main(argv: readonly string[]): Promise<Answer> }
export type Parts<Answer> = Readonly<Record<Part | 'complete', () => Promise<Main<Answer>>>>

const PARTS: Parts<number> = {
  registry: () => import('./registry/main.ts'),
  publisher: () => import('./publisher/main.ts'),
  client: () => import('./client/main.ts'),
  operator: () => import('./operator/main.ts'),
  'plugin test': () => import('./plugin-test/main.ts'),
  completion: () => import('./completion/main.ts'),
  complete: () => import('./complete.ts'),
  demo: () => import('./demo/main.ts'),
}

/** What scripts of shells ask; no word for people. */
const COMPLETE = '__complete'

/** Runs one command line; never throws. Gives the exit code. */
export function runOcto(argv: readonly string[]): Promise<number> {
  return runWords(argv, PARTS)
}

/** The same by other parts, whose answer is handed on, and so are the errors that their caller knows. */
export async function runWords<Answer>(
  argv: readonly string[],
  parts: Parts<Answer>,
  isKnown: (error: unknown) => boolean = () => false,
): Promise<Answer | number> {
  const output = watchOutput()
  const crashed = new Promise<never>((_, reject) => process.once('uncaughtException', reject))
  try {
    const code = await Promise.race([dispatch(argv, parts), crashed])
    await output.written()
    return code
  } catch (error) {
    if (isKnown(error)) throw error
    const { explainMissingModule } = await import('./terminal/missing-module.ts')
    const { explainRefusal } = await import('./system/files/refusal.ts')
    const { reportError } = await import('./terminal/report-error.ts')
    return reportError(explainRefusal(explainMissingModule(error)), argv)
  }
}

async function dispatch<Answer>(argv: readonly string[], parts: Parts<Answer>): Promise<Answer | number> {
  const unreadable = argv.findIndex((argument) => argument.includes('\ufffd'))
  if (unreadable !== -1) throw (await import('./terminal/overview.ts')).unreadableArgument(unreadable)
  const [first, ...rest] = argv
  if (first === COMPLETE) return (await parts.complete()).main(argv)
  const known = WORDS.find(({ word }) => word === first)
  if (known) return (await parts[known.part]()).main(argv)
  if (first === 'help' && rest.length > 0) return dispatch([...rest, '--help'], parts)
  const { overview, unknownWord } = await import('./terminal/overview.ts')
  if (first !== undefined && !['help', '--help', '-h'].includes(first)) throw unknownWord(argv, WORDS)
  process.stdout.write(overview(WORDS))
  return 0
}

/**
 * `octo list | head -1` closes our output early: the work still ends well, the rest of the text goes nowhere. On a full
 * disk an answer is lost that somebody wanted, and the exit code must not say that all is well.
 */
function watchOutput(): { written(): Promise<void> } {
  const streams = [process.stdout, process.stderr]
  let lost: NodeJS.ErrnoException | undefined
  for (const stream of streams)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') lost ??= error
    })
  return {
    async written() {
      for (const stream of streams) await new Promise((resolve) => stream.write('', resolve))
      if (lost) throw (await import('./terminal/output-lost.ts')).outputLost(lost)
    },
  }
}
