// What can be typed behind `octo`, as data: read from the commands themselves when octo is built, so that what completion offers is what
// octo understands.
import type { Argument, Command, Option } from 'commander'

/** Where a build writes the table, below octo's own folder. */
export const COMMANDS = 'dist/commands.json'

export type ValueRow = {
  /** As help shows it: `file`, `plugin`, `services`. */
  readonly name: string
  /** The only values there are, where the command says so. */
  readonly choices?: readonly string[]
  readonly isList?: true
}

export type OptionRow = {
  /** `--config`, `-c`: the longest first. */
  readonly flags: readonly string[]
  readonly says: string
  readonly value?: ValueRow
  /** May be given several times. */
  readonly repeats?: true
}

export type CommandRow = {
  readonly word: string
  readonly says: string
  readonly options: readonly OptionRow[]
  readonly values: readonly ValueRow[]
  readonly commands: readonly CommandRow[]
  /** Known, and not offered. */
  readonly isHidden?: true
}

/** A command with all below it. */
export function describeCommand(command: Command): CommandRow {
  const help = command.createHelp()
  return {
    word: command.name(),
    says: command.description(),
    options: help.visibleOptions(command).map(describeOption),
    values: command.registeredArguments.map(describeArgument),
    commands: command.commands.map(describeCommand),
  }
}

function describeOption(option: Option): OptionRow {
  const { long, short, description } = option
  return {
    flags: [long, short].flatMap((flag) => flag ?? []),
    says: description,
    ...(option.required || option.optional ? { value: describeValue(option) } : {}),
    ...(option.parseArg === undefined ? {} : { repeats: true }),
  }
}

function describeValue({ flags, argChoices, description }: Option): ValueRow {
  const name = /[<[]([^\]>.]+)/.exec(flags)?.[1] ?? ''
  const choices = argChoices ?? listedIn(description)
  return { name, ...(choices ? { choices } : {}) }
}

function describeArgument(argument: Argument): ValueRow {
  const { argChoices, variadic } = argument
  return {
    name: argument.name(),
    ...(argChoices ? { choices: argChoices } : {}),
    ...(variadic ? { isList: true } : {}),
  }
}

const WORD = '[a-z0-9][a-z0-9-]*'
const LIST = new RegExp(`^(${WORD}(?:, ${WORD})* or ${WORD})(?:$| \\(|;)`)

/** A description that begins as `yaml, json or toml` names all values there are. */
function listedIn(description: string): readonly string[] | undefined {
  return LIST.exec(description)?.[1]?.split(/, | or /)
}
