// The real command table of octo, to ask whether a command line can be typed: every word, option and number of arguments
// is read as it would be, and nothing is run.
import type { Command } from 'commander'
import { PROGRAMS } from '../../../programs.ts'
import type { Part } from '../../../terminal/commands.ts'
import { WORDS } from '../../../terminal/commands.ts'
import { runProgram } from '../../../terminal/program.ts'

/** The problem with a command line such as `octo lock --frozen`; undefined when there is none. */
export async function problemOf(line: string): Promise<string | undefined> {
  const [octo, word = '', ...rest] = wordsOf(line)
  if (octo !== 'octo') return 'does not begin with octo'
  if (word === '--help' || word === '--version') return undefined
  const known = WORDS.find((entry) => entry.word === word)
  if (!known) return `octo has no word ${word}`
  if (rest.at(-1) === '--help')
    return (await commandOf(known.part, [word, ...rest.slice(0, -1)])) ? undefined : 'no such help'
  const program = await PROGRAMS[known.part]()
  every(program, (command) => void (isRun(command) && command.action(() => undefined)))
  return runProgram(program, [word, ...rest]).then(
    () => undefined,
    (error: Error) => error.message,
  )
}

/** Every command with its path of words and the examples of its help. */
export async function allCommands(): Promise<readonly { readonly path: string; readonly help: string }[]> {
  const found: { path: string; help: string }[] = []
  for (const open of Object.values(PROGRAMS))
    every(await open(), (command, path) => {
      if (path === '') return
      let help = ''
      command.configureOutput({
        writeOut(text) {
          help += text
        },
      })
      command.outputHelp()
      found.push({ path, help })
    })
  return found
}

/** Options that take a value or none: before an argument they would take that. */
export async function optionsWithOptionalValues(): Promise<readonly string[]> {
  const found: string[] = []
  for (const open of Object.values(PROGRAMS))
    every(await open(), (command, path) => {
      for (const { flags, optional } of command.options) if (optional) found.push(`${path} ${flags}`)
    })
  return found
}

/** Options and arguments that are a file, or may be one: `publish --key`, `config schema [file]`. */
export async function takersOfFiles(): Promise<readonly string[]> {
  const found: string[] = []
  for (const open of Object.values(PROGRAMS))
    every(await open(), (command, path) => {
      for (const { flags, long } of command.options) if (/<(?:file|key)\b/.test(flags)) found.push(`${path} ${long}`)
      for (const argument of command.registeredArguments)
        if (/file|key/.test(argument.name())) found.push(`${path} ${argument.name()}`)
    })
  return found
}

async function commandOf(part: Part, words: readonly string[]): Promise<Command | undefined> {
  let command: Command | undefined = await PROGRAMS[part]()
  for (const word of words) command = command?.commands.find((child) => child.name() === word)
  return command
}

/** A word such as `demo` may do something itself and have words below it; one that only has words shows its help. */
function isRun(command: Command): boolean {
  return command.commands.length === 0 || Boolean(Reflect.get(command, '_actionHandler'))
}

function every(command: Command, act: (command: Command, path: string) => void, path = ''): void {
  act(command, path)
  for (const child of command.commands) every(child, act, `${path} ${child.name()}`.trim())
}

/** As a shell splits a line, variables set before the command left out. */
export function wordsOf(line: string): readonly string[] {
  const words = [...line.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, single, double, escaped) => single ?? double ?? escaped),
  )
  const first = words.findIndex((word) => !/^[A-Z_]+=/.test(word))
  return words.slice(Math.max(first, 0))
}
