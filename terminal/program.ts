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
import { nearestWord } from '../schemas/nearest-word.ts'
import { quote } from '../schemas/quote.ts'
import { helpOn } from './help-layout.ts'
import { hintOfOption, hintOfTooMany } from './options-of-others.ts'
import { processStreams } from './streams.ts'
import type { Terminal, TerminalFlags } from './terminal.ts'
import { openTerminal } from './terminal.ts'
import { shownOption, typedOption, typedWords } from './typed-words.ts'
import { standsInFront, wordMeantBehind } from './words-of-others.ts'

export type CommandSpec = {
  /** The word and its arguments as commander reads them, `install [plugins...]`. */
  readonly words: string
  readonly summary: string
  /** At least one whole command line. */
  readonly examples: readonly [string, ...string[]]
  /** The answer is data, so `--json` exists. */
  readonly json?: boolean
  /** What stands after `--` belongs to another program. */
  readonly passesOn?: boolean
}

export type Run<Options> = {
  readonly args: readonly string[]
  readonly options: Options
  readonly terminal: Terminal
}

const exitCodes = new WeakMap<Command, number>()
/** Which command a mistake was made in. */
const mistaken = new WeakMap<CommanderError, Command>()
/** Commands whose further words belong to another program. */
const passingOn = new WeakSet<Command>()

export function openProgram(name = 'octo'): Command {
  return silentAboutMistakes(new Command(name).helpCommand(false))
}

/** Adds a command with the shared flags; for groups, add further commands to the one returned. */
export function addCommand(parent: Command, spec: CommandSpec): Command {
  const command = silentAboutMistakes(parent.command(spec.words).description(spec.summary).helpCommand(false))
  if (spec.passesOn) passingOn.add(command)
  if (spec.json) command.option('--json', 'print the answer as JSON')
  command.option('-q, --quiet', 'print nothing but data and errors')
  command.option('-v, --verbose', 'print what is done, step by step')
  command.option('--no-color', 'print without colour')
  return command.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`)
}

/** Says what the command does; the number it returns is the exit code. */
export function onRun<Options = OptionValues>(command: Command, act: (run: Run<Options>) => Promise<number>): Command {
  return command.action(async () => {
    refuseEmptyOptions(command)
    const options: OptionValues & TerminalFlags = { ...command.optsWithGlobals(), color: mayColour(command) }
    const code = await act({
      args: command.args,
      options: options as Options,
      terminal: openTerminal(options),
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
    throw usageError(error, program, argv)
  }
}

/** Whether no word of the line says `--no-color`: the default of a group would count before what its last word was told. */
function mayColour(command: Command): boolean {
  return command.opts().color !== false && (command.parent === null || mayColour(command.parent))
}

/** An empty text is what an unset variable leaves in a script, and no file, name or address. */
function refuseEmptyOptions(command: Command): void {
  const options = command.opts()
  const empty = command.options.find((option) => [options[option.attributeName()]].flat().includes(''))
  if (!empty) return
  throw coded('USAGE', {
    message: `option \`${empty.long}\` is empty, expected ${quote(empty.description)}`,
    hint: `give it a value or leave it away; \`${pathOf(command)} --help\` explains it`,
  })
}

function usageError(error: CommanderError, program: Command, argv: readonly string[]) {
  const [sentence = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  const command = mistaken.get(error)
  const help = `run \`${command ? pathOf(command) : program.name()} --help\``
  const didYouMean =
    error.code === 'commander.unknownCommand'
      ? nearestBehind(command ?? program)
      : suggestion?.match(/Did you mean (?:one of )?(.+?)\?/)?.[1]
  return coded('USAGE', {
    message:
      error.code === 'commander.help' ? 'a further word is needed' : inHouseStyle(withoutValues(sentence, error)),
    hint:
      asOthersHaveIt(error, command) ??
      afterDashes(error, command, argv) ??
      asOption(error, command) ??
      asWordOf(error, command) ??
      inFrontOf(error, command) ??
      (didYouMean ? `did you mean \`${didYouMean}\`? ${help}` : help),
  })
}

/** The sentence of commander without what may be a password: how many words there are too many is enough. */
function withoutValues(sentence: string, { code }: CommanderError): string {
  if (code === 'commander.unknownOption')
    return sentence.replace(/'(.+)'/s, (_all, word: string) => `'${shownOption(word)}'`)
  if (code === 'commander.excessArguments') return sentence.replace(/(but got \d+):.*$/s, '$1')
  return sentence
}

/** What became of it here, where it is known from other programs. */
function asOthersHaveIt({ code, message }: CommanderError, command: Command | undefined): string | undefined {
  if (!command) return undefined
  const path = pathOf(command).replace(/^octo /, '')
  if (code === 'commander.excessArguments') return hintOfTooMany(path)
  const isOfOthers = code === 'commander.unknownOption' || code === 'commander.unknownCommand'
  return isOfOthers ? hintOfOption(path, /'(.+)'/s.exec(message)?.[1] ?? '') : undefined
}

/** The same command line with the unknown option where the plugin gets it. */
function afterDashes(error: CommanderError, command: Command | undefined, argv: readonly string[]): string | undefined {
  if (error.code !== 'commander.unknownOption' || !command || !passingOn.has(command)) return undefined
  const option = /'(.+)'/.exec(error.message)?.[1] ?? ''
  const at = argv.findIndex((word) => word === option || word.startsWith(`${option}=`))
  // Behind `--` already, the plugin's words are where they belong, and this one was meant for octo.
  if (at < 0 || argv.slice(at).includes('--')) return undefined
  const own = ownWords(argv.slice(0, at), command)
  const rest = [...argv.slice(own.length, at), ...argv.slice(at + 1)]
  const typed = `${typedWords(['octo', ...own, '--'])} ${typedOption(argv[at] ?? '', rest)}`
  return `what belongs to the plugin stands after \`--\`: \`${typed}\``
}

/** Up to the words that stand behind the plugin's name, which are its own. */
function ownWords(words: readonly string[], command: Command): readonly string[] {
  const most =
    pathOf(command).split(' ').length - 1 + command.registeredArguments.filter(({ required }) => required).length
  const takesValue = (word = '') =>
    command.options.some((option) => [option.short, option.long].includes(word) && (option.required || option.optional))
  const operands = words.flatMap((word, at) => (word.startsWith('-') || takesValue(words[at - 1]) ? [] : [at]))
  return words.slice(0, operands[most])
}

/** An address is no argument of a command that takes one as an option, as other programs have it. */
function asOption(error: CommanderError, command: Command | undefined): string | undefined {
  if (error.code !== 'commander.excessArguments' || !command) return undefined
  const address = command.args.find((word) => /^https?:\/\//.test(word))
  const option = command.options.find(({ long }) => long === '--registry')
  return address && option ? `\`${pathOf(command)} --registry ${typedWords([address])}\`` : undefined
}

/** A word that answers by itself takes a mistyped one behind it for one too many. */
function asWordOf(error: CommanderError, command: Command | undefined): string | undefined {
  const words = command?.commands.map((one) => one.name()) ?? []
  if (error.code !== 'commander.excessArguments' || !command || words.length === 0) return undefined
  const nearest = nearestBehind(command)
  const path = pathOf(command)
  return nearest === undefined
    ? `\`${path} --help\` tells of what may stand behind it: ${words.map(quote).join(', ')}`
    : `did you mean \`${path} ${nearest}\`?`
}

/** A word that stands behind `octo` itself. */
function inFrontOf({ code }: CommanderError, command: Command | undefined): string | undefined {
  const [typed = ''] = command?.args ?? []
  if (code !== 'commander.unknownCommand' || !command || !standsInFront(wordsOf(command), typed)) return undefined
  const path = command.parent ? pathOf(command.parent) : ''
  return `did you mean \`${path} ${typed}\`? run \`${pathOf(command)} --help\``
}

/** By what other programs call it, else by its letters: what is not near is no slip, and another word would only mislead. */
function nearestBehind(command: Command): string | undefined {
  const typed = command.args[0] ?? ''
  const words = command.commands.map((one) => one.name())
  return wordMeantBehind(wordsOf(command), typed) ?? nearestWord(typed, words)
}

/** Behind `octo`: `registry repo create`. */
function wordsOf(command: Command): string {
  return pathOf(command).replace(/^octo /, '')
}

/** `octo registry repo create`. */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}

function inHouseStyle(sentence: string): string {
  return withChoices(sentence).replaceAll("'", '`').replace('. Expected', ', expected').replace(/\.$/, '')
}

/** What commander says of a word that is none of those that may stand there. */
function withChoices(sentence: string): string {
  const listed = (choices: string) =>
    choices
      .split(', ')
      .map((choice) => `'${choice}'`)
      .join(', ')
  return sentence
    .replace(
      /^command-argument value '(.*)' is invalid for argument '(.*)'\. Allowed choices are (.*)\.$/s,
      (_all, given: string, what: string, choices: string) =>
        `'${given}' is no ${what}, expected one of ${listed(choices)}`,
    )
    .replace(
      /^option '.*(--[\w-]+).*' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s,
      (_all, option: string, given: string, choices: string) =>
        `'${given}' is no value of '${option}', expected one of ${listed(choices)}`,
    )
}

function silentAboutMistakes(command: Command): Command {
  const { output, layout } = helpOn(processStreams())
  return command
    .exitOverride((error) => {
      mistaken.set(error, command)
      throw error
    })
    .configureOutput({ outputError: () => undefined, ...output })
    .configureHelp(layout)
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command
}
