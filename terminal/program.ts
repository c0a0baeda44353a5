// Commands of `octo`, built with commander: the flags that all share, examples in every help, usage mistakes as
// CodedErrors. Apart from terminal/index.ts, because commander takes 10 ms to load.
//
//   const program = openProgram()
//   const lock = addCommand(program, { words: 'lock [file]', summary: '…', examples: ['octo lock'], json: true })
//   onRun(lock.option('--frozen', '…'), async ({ args, options, terminal }) => 0)
//   return runProgram(program, argv)          argv as main() gets it, the first word included
import type { OptionValues } from 'commander'
import { Command, CommanderError } from 'commander'
import { coded } from '../schemas/errors.ts'
import { paintFor, wantsColour } from './colour.ts'
import { processStreams } from './streams.ts'
import type { Terminal, TerminalFlags } from './terminal.ts'
import { openTerminal } from './terminal.ts'

export type CommandSpec = {
  /** The word and its arguments as commander reads them, `install [plugins...]`. */
  readonly words: string
  readonly summary: string
  /** At least one whole command line. */
  readonly examples: readonly [string, ...string[]]
  /** The answer is data, so `--json` exists. */
  readonly json?: boolean
}

export type Run<Options> = {
  readonly args: readonly string[]
  readonly options: Options
  readonly terminal: Terminal
}

const exitCodes = new WeakMap<Command, number>()

export function openProgram(): Command {
  return silentAboutMistakes(new Command('octo').helpCommand(false))
}

/** Adds a command with the shared flags; for groups, add further commands to the one returned. */
export function addCommand(parent: Command, spec: CommandSpec): Command {
  const command = silentAboutMistakes(parent.command(spec.words).description(spec.summary).helpCommand(false))
  if (spec.json) command.option('--json', 'print the answer as JSON')
  command.option('-q, --quiet', 'print nothing but data and errors')
  command.option('-v, --verbose', 'print what is done, step by step')
  command.option('--no-color', 'print without colour')
  return command.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`)
}

/** Says what the command does; the number it returns is the exit code. */
export function onRun<Options = OptionValues>(command: Command, act: (run: Run<Options>) => Promise<number>): Command {
  return command.action(async () => {
    const flags = command.optsWithGlobals<TerminalFlags>()
    const code = await act({
      args: command.args,
      options: command.optsWithGlobals() as Options,
      terminal: openTerminal(flags),
    })
    exitCodes.set(rootOf(command), code)
  })
}

/** Runs the words of the command line; gives the exit code and throws USAGE for what it cannot understand. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCodes.get(program) ?? 0
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 0
    throw usageError(error, argv)
  }
}

function usageError(error: CommanderError, argv: readonly string[]) {
  const [sentence = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  const known = error.code !== 'commander.unknownCommand'
  const words = argv.filter((word) => known && !word.startsWith('-')).slice(0, 1)
  const help = `run \`${['octo', ...words, '--help'].join(' ')}\``
  const didYouMean = suggestion?.match(/Did you mean (?:one of )?(.+?)\?/)?.[1]
  return coded('USAGE', {
    message: error.code === 'commander.help' ? 'a further word is needed' : inHouseStyle(sentence),
    hint: didYouMean ? `did you mean \`${didYouMean}\`? ${help}` : help,
  })
}

function inHouseStyle(sentence: string): string {
  return sentence.replaceAll("'", '`').replace('. Expected', ', expected').replace(/\.$/, '')
}

function silentAboutMistakes(command: Command): Command {
  const { out, env } = processStreams()
  const paint = paintFor(wantsColour({ env, stream: out }))
  return command
    .exitOverride()
    .configureOutput({ outputError: () => undefined, getOutHasColors: () => paint.enabled })
    .configureHelp({
      styleTitle: paint.bold,
      styleCommandText: paint.cyan,
      styleOptionText: paint.cyan,
      styleSubcommandText: paint.cyan,
      styleArgumentText: paint.cyan,
    })
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command
}
