// From the arguments of a config to the words that a program receives, in the style that its release declares. Whatever
// the style, a value that starts with `-` never turns into an option of its own.
import { pointerTo } from '../../config/document/invalid.ts'
import type { CheckArguments } from '../../config/model/config.ts'
import { coded } from '../../schemas/errors.ts'
import type { ReleasedManifest } from '../../schemas/manifest.ts'
import { optionName, POSITIONALS, valueWords } from '../../schemas/option-words.ts'
import { quote } from '../../schemas/quote.ts'
import { MAX_WORD_BYTES } from './environment.ts'

export type Spelling = Pick<ReleasedManifest, 'booleans' | 'argumentStyle'>

/** Linux gives arguments and environment a quarter of the stack, 2 MiB by default; half of it is ours. */
const MAX_TOTAL_BYTES = 1024 * 1024
const KEY = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/

/** Throws ARGUMENTS_INVALID for a name or value no program can receive, and LIMIT_EXCEEDED for one that is too long. */
export function argumentVector(given: CheckArguments, spelling: Spelling): string[] {
  const words = given.kind === 'list' ? [...given.value] : mapWords(given, spelling)
  refuseLong(words)
  for (const word of words)
    if (word.includes('\0')) throw argumentsInvalid(`argument ${quote(word)} holds a NUL character`)
  return words
}

type ArgumentMap = Extract<CheckArguments, { kind: 'map' }>

function mapWords(given: ArgumentMap, spelling: Spelling): string[] {
  const { [POSITIONALS]: positionals, ...named } = given.value
  const texts = given.texts ?? {}
  const options = Object.entries(named).flatMap(([key, value]) => {
    if (!KEY.test(key)) throw argumentsInvalid(`argument name ${quote(key)} is not allowed`)
    return optionWords(key, value, { texts, ...spelling })
  })
  const rest = asList(positionals).map((value, index) => {
    const pointer = Array.isArray(positionals)
      ? pointerTo(pointerTo('', POSITIONALS), String(index))
      : `/${POSITIONALS}`
    return wordOf(value, texts[pointer])
  })
  return rest.length > 0 ? [...options, '--', ...rest] : options
}

type Writing = Spelling & { readonly texts: Readonly<Record<string, string>> }

function optionWords(key: string, value: unknown, { texts, booleans, argumentStyle }: Writing): string[] {
  const option = optionName(key, argumentStyle)
  if (value === null || value === undefined) return []
  if (value === true) return [option]
  if (value === false) return booleans === 'explicit' ? [`${option}=false`] : []
  const pointer = pointerTo('', key)
  const values = Array.isArray(value)
    ? value.map((item, index) => wordOf(item, texts[pointerTo(pointer, String(index))]))
    : [wordOf(value, texts[pointer])]
  return values.flatMap((word) => valueWords(option, word, argumentStyle))
}

/** Numbers as they were typed, maps and inner lists as JSON. */
function wordOf(value: unknown, typed: string | undefined): string {
  if (typed !== undefined) return typed
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

function refuseLong(words: readonly string[]): void {
  const sizes = words.map((word) => Buffer.byteLength(word) + 1)
  const longest = Math.max(0, ...sizes)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (longest <= MAX_WORD_BYTES - 1 && total <= MAX_TOTAL_BYTES) return
  const name = words[sizes.indexOf(longest)]?.match(/^--?[A-Za-z0-9_.-]+(?==)/)?.[0]
  throw coded('LIMIT_EXCEEDED', {
    message:
      longest > MAX_WORD_BYTES - 1
        ? `argument ${name ? quote(name) : `of ${longest - 1} bytes`} is too long for a program, expected fewer than ${MAX_WORD_BYTES - 1} bytes`
        : `arguments of ${total} bytes are too long for a program, expected at most ${MAX_TOTAL_BYTES}`,
    details: { longest, total },
    hint: 'give the plugin the path of a file instead',
  })
}

function argumentsInvalid(message: string): Error {
  return coded('ARGUMENTS_INVALID', { message })
}
