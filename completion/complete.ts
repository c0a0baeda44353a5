// What can stand where the cursor is: pure over the table of commands and the names that are known.
import type { CommandRow, OptionRow, ValueRow } from './command-table.ts'
import type { TypedLine } from './split-line.ts'

export type Answer = { readonly text: string; readonly says?: string }

type Answers = {
  /** Files are quoted and ended by the shell as files are. */
  readonly kind: 'words' | 'files'
  readonly answers: readonly Answer[]
}

/** What the line says about where names are. */
export type Place = { readonly config?: string; readonly lock?: string }

export type KnownNames = {
  plugins(place: Place): readonly Answer[]
  /** Of a plugin, `name` or `repo/name`; the newest first. */
  versions(plugin: string, place: Place): readonly Answer[]
  services(place: Place): readonly Answer[]
  platforms(): readonly Answer[]
  /** Folders end in `/`. */
  files(prefix: string, only?: 'folders'): readonly Answer[]
}

const NOTHING: Answers = { kind: 'words', answers: [] }

type Supply = 'plugins' | 'services' | 'files' | 'folders' | 'platforms'

/** By the names that arguments and options have in help. */
const SUPPLIES: Readonly<Record<string, Supply>> = {
  plugin: 'plugins',
  plugins: 'plugins',
  'plugin-or-address': 'plugins',
  service: 'services',
  services: 'services',
  file: 'files',
  'file-or-url': 'files',
  key: 'files',
  request: 'files',
  args: 'files',
  command: 'files',
  dir: 'folders',
  dirs: 'folders',
  dist: 'folders',
  dists: 'folders',
  folder: 'folders',
  platform: 'platforms',
}

/** `root` is octo itself. */
export function complete(root: CommandRow, line: TypedLine, known: KnownNames): Answers {
  const { current } = line
  if (current.text === undefined) return NOTHING
  const unquotable = (answers: Answers) => (current.isQuoted ? withoutQuotes(answers) : answers)
  if (current.isRedirected) return unquotable({ kind: 'files', answers: known.files(current.text) })
  const state = walk(root, line.words)
  return state ? unquotable(answersAt(state, current.text, known)) : NOTHING
}

type State = {
  readonly command: CommandRow
  readonly isRoot: boolean
  /** Arguments that stand before. */
  readonly position: number
  readonly given: ReadonlySet<OptionRow>
  /** The option whose value comes now. */
  readonly waiting: OptionRow | undefined
  readonly isBehindDashes: boolean
  readonly place: Place
}

/** Undefined where the line begins with a word that octo does not have. */
function walk(root: CommandRow, [, ...words]: readonly (string | undefined)[]): State | undefined {
  let command = root
  let position = 0
  let waiting: OptionRow | undefined
  let isBehindDashes = false
  let place: Place = {}
  const given = new Set<OptionRow>()
  for (const word of words) {
    if (waiting) {
      place = notePlace(place, waiting, word)
      waiting = undefined
    } else if (isBehindDashes) position++
    else if (word === '--') isBehindDashes = true
    else if (word !== undefined && /^-./.test(word)) {
      const [option, value] = readOption(command, word)
      if (option) given.add(option)
      if (option?.value && value === undefined) waiting = option
      else if (option && value !== undefined) place = notePlace(place, option, value)
    } else {
      const child = position === 0 ? command.commands.find((each) => each.word === word) : undefined
      if (child) command = child
      else if (command === root) {
        if (word !== 'help' || position > 0) return undefined
      } else position++
    }
  }
  return { command, isRoot: command === root, position, given, waiting, isBehindDashes, place }
}

/** With the value that stands in the same word. */
function readOption(command: CommandRow, word: string): [OptionRow | undefined, string | undefined] {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1
  const isShort = !word.startsWith('--')
  const flag = equals < 0 ? (isShort ? word.slice(0, 2) : word) : word.slice(0, equals)
  const option = command.options.find(({ flags }) => flags.includes(flag))
  if (equals >= 0) return [option, word.slice(equals + 1)]
  return [option, isShort && word.length > 2 ? word.slice(2) : undefined]
}

function notePlace(place: Place, { flags }: OptionRow, value: string | undefined): Place {
  if (value === undefined) return place
  if (flags.includes('--config')) return { ...place, config: place.config ?? value }
  return flags.includes('--lock') ? { ...place, lock: value } : place
}

function answersAt(state: State, typed: string, known: KnownNames): Answers {
  const { command, waiting, isBehindDashes, place, position } = state
  if (waiting?.value) return valuesOf(waiting.value, typed, { known, place })
  if (isBehindDashes) return { kind: 'files', answers: known.files(typed) }
  const [, flag, value] = /^(--[a-z-]+)=(.*)$/s.exec(typed) ?? []
  if (flag !== undefined) return valuesInOption(command, { flag, value: value ?? '' }, { known, place })
  if (typed.startsWith('-')) return fitting(optionsOf(state), typed)
  const words = position === 0 ? command.commands.filter(({ isHidden }) => !isHidden) : []
  const argument = argumentAt(command.values, position)
  const values = argument ? valuesOf(argument, typed, { known, place }) : NOTHING
  if (words.length === 0) return values
  const offered = words.map(({ word, says }) => ({ text: word, says }))
  return fitting([...offered, ...values.answers], typed)
}

function argumentAt(values: readonly ValueRow[], position: number): ValueRow | undefined {
  const last = values.at(-1)
  return values[position] ?? (last?.isList ? last : undefined)
}

function optionsOf({ command, given }: State): Answer[] {
  const open = command.options.filter((option) => option.repeats || !given.has(option))
  return open.flatMap(({ flags: [flag], says }) => (flag === undefined ? [] : [{ text: flag, says }]))
}

type Supplies = { readonly known: KnownNames; readonly place: Place }

function valuesInOption(
  command: CommandRow,
  { flag, value }: { readonly flag: string; readonly value: string },
  supplies: Supplies,
): Answers {
  const option = command.options.find(({ flags }) => flags.includes(flag))
  if (!option?.value) return NOTHING
  const { kind, answers } = valuesOf(option.value, value, supplies)
  return { kind, answers: answers.map((answer) => ({ ...answer, text: `${flag}=${answer.text}` })) }
}

function valuesOf({ name, choices }: ValueRow, typed: string, { known, place }: Supplies): Answers {
  if (choices)
    return fitting(
      choices.map((text) => ({ text })),
      typed,
    )
  const supply = Object.hasOwn(SUPPLIES, name) ? SUPPLIES[name] : undefined
  switch (supply) {
    case 'plugins':
      return pluginsFor(typed, { known, place })
    case 'services':
      return fitting(known.services(place), typed)
    case 'platforms':
      return fitting(known.platforms(), typed)
    case 'files':
      return { kind: 'files', answers: known.files(typed) }
    case 'folders':
      return { kind: 'files', answers: known.files(typed, 'folders') }
    case undefined:
      return NOTHING
  }
}

/** Behind `@` its versions. What begins as a path is a project, or a repo on this machine. */
function pluginsFor(typed: string, { known, place }: Supplies): Answers {
  if (/^[./~]/.test(typed)) return { kind: 'files', answers: known.files(typed) }
  const at = typed.indexOf('@')
  if (at < 0) return fitting(known.plugins(place), typed)
  const plugin = typed.slice(0, at)
  const versions = known.versions(plugin, place)
  return fitting(
    versions.map((version) => ({ ...version, text: `${plugin}@${version.text}` })),
    typed,
  )
}

function fitting(answers: readonly Answer[], typed: string): Answers {
  return { kind: 'words', answers: answers.filter(({ text }) => text.startsWith(typed)) }
}

/** Inside of quotation marks that are open, nothing can be escaped alike in all shells. */
function withoutQuotes({ kind, answers }: Answers): Answers {
  return { kind, answers: answers.filter(({ text }) => !/['"$`!\\]/.test(text)) }
}
