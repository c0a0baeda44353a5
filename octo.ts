// The one executable: looks at the first word, loads only the part that knows it, and shows what goes wrong.
import type { Part } from './words.ts'
import { WORDS } from './words.ts'

type Main = { main(argv: readonly string[]): Promise<number> }

const PARTS: Readonly<Record<Part, () => Promise<Main>>> = {
  registry: () => import('./registry/main.ts'),
  publisher: () => import('./publisher/main.ts'),
  client: () => import('./client/main.ts'),
  operator: () => import('./operator/main.ts'),
  start: () => import('./start/main.ts'),
}

/** Runs one command line; never throws. Gives the exit code. */
export async function runOcto(argv: readonly string[]): Promise<number> {
  dropOutputNobodyReads()
  const crashed = new Promise<never>((_, reject) => process.once('uncaughtException', reject))
  try {
    return await Promise.race([dispatch(argv), crashed])
  } catch (error) {
    const { explainMissingModule } = await import('./terminal/missing-module.ts')
    const { reportError } = await import('./terminal/report-error.ts')
    return reportError(explainMissingModule(error), argv)
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const unreadable = argv.findIndex((argument) => argument.includes('\ufffd'))
  if (unreadable !== -1) throw (await import('./terminal/overview.ts')).unreadableArgument(unreadable)
  const [first, ...rest] = argv
  const known = WORDS.find(({ word }) => word === first)
  if (known) return (await PARTS[known.part]()).main(argv)
  if (first === 'help' && rest.length > 0) return dispatch([...rest, '--help'])
  const { overview, unknownWord } = await import('./terminal/overview.ts')
  if (first !== undefined && !['help', '--help', '-h'].includes(first)) throw unknownWord(first, WORDS)
  process.stdout.write(overview(WORDS))
  return 0
}

/** `octo list | head -1` closes our output early: the work still ends well, the rest of the text goes nowhere. */
function dropOutputNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
}
