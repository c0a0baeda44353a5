// `octo --help`, the help of every word, and what octo says to a word that it does not know. It is bundled to a small file of its
// own, which holds what commands are and nothing of what they do: what is no question about them is left to octo.ts.
import type { Parts } from './octo.ts'
import { runWords } from './octo.ts'
import { PROGRAMS } from './programs.ts'
import type { Part } from './terminal/commands.ts'
import { WORDS } from './terminal/commands.ts'
import { isLeftOut, leftOut } from './terminal/left-out.ts'

/** For the build, which writes it into the file that answers a TAB. */
export { commandTable } from './programs.ts'

/** Every word, for the launcher, which asks octo.ts about none of the others. */
export const words = WORDS.map(({ word }) => word)

/** The exit code, or undefined when octo.ts has to run the same words, and nothing was written. Never throws. */
export async function runHelp(argv: readonly string[]): Promise<number | undefined> {
  const part = (name: Part) => async () => ({ main: (argv: readonly string[]) => helpOf(name, argv) })
  const parts: Parts<number | undefined> = {
    registry: part('registry'),
    publisher: part('publisher'),
    client: part('client'),
    operator: part('operator'),
    'plugin test': part('plugin test'),
    completion: part('completion'),
    complete: async () => ({ main: async () => undefined }),
    demo: part('demo'),
  }
  try {
    return await runWords(argv, parts, isLeftOut)
  } catch (error) {
    // By whatever finds a word, describes it or shows a mistake.
    if (isLeftOut(error)) return undefined
    throw error
  }
}

async function helpOf(part: Part, argv: readonly string[]): Promise<number | undefined> {
  const { runProgram } = await import('./terminal/program.ts')
  const program = await PROGRAMS[part](argv[0])
  // A part may read a word in its own way, without a command of that name.
  if (!program.commands.some((command) => command.name() === argv[0])) return undefined
  return await runProgram(program.hook('preAction', leftOut), argv)
}
