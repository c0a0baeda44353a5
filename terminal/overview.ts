// What `octo --help` shows, and what octo answers to a word it does not know.
import type { CodedError } from '../schemas/errors.ts'
import { coded } from '../schemas/errors.ts'
import { nearestWord } from '../schemas/nearest-word.ts'
import { quote } from '../schemas/quote.ts'
import { wrapWords } from './cell-width.ts'
import { paintFor, wantsColour } from './colour.ts'
import { processStreams, widthOf } from './streams.ts'
import { shownOption, shownWord, typedOption, typedWords } from './typed-words.ts'
import { wordsMeantBy, wordsMeantByLine } from './words-of-others.ts'

type Entry = { readonly word: string; readonly group?: string; readonly summary: string }

const INDENT = 2

/** All words in their groups, ready for stdout; what does not fit beside its word goes on below. */
export function overview(entries: readonly Entry[], { out, env } = processStreams()): string {
  const paint = paintFor(wantsColour({ env, stream: out }))
  const width = Math.max(...entries.map(({ word }) => word.length))
  const indent = width + INDENT * 2
  const line = ({ word, summary }: Entry) => {
    const text = wrapWords(summary, widthOf(out) - indent).join(`\n${' '.repeat(indent)}`)
    return `${' '.repeat(INDENT)}${paint.cyan(word.padEnd(width))}${' '.repeat(INDENT)}${text}`
  }
  const shown = entries.filter((entry) => entry.group !== undefined)
  const groups = Map.groupBy(shown, (entry) => entry.group ?? '')
  const sections = [...groups].map(([name, words]) => [paint.bold(name), ...words.map(line)].join('\n'))
  return [
    `${paint.bold('octo')}: signed, versioned, cached plugins for OctoCompose`,
    `${paint.bold('Usage:')} octo <word> [options]`,
    ...sections,
    `${paint.bold('More')}\n${line({ word: '--help', summary: 'after any word: what it does, its options, an example' })}\n${line({ word: '--version', summary: 'print the version' })}`,
    '',
  ]
    .join('\n\n')
    .replace(/\n\n$/, '\n')
}

export function unknownWord(line: readonly string[], entries: readonly Entry[]): CodedError {
  const [word = ''] = line
  const isOcto = (typed: string) => entries.some((entry) => entry.group !== undefined && entry.word === typed)
  const nearest = wordsMeantByLine(line, isOcto) ?? nearestAnswer(word, entries)
  const isOption = word.startsWith('-')
  const otherwise = isOption
    ? 'options stand behind a word: `octo --help` lists all words'
    : 'run `octo --help` for all words'
  return coded('USAGE', {
    message: `octo has no ${isOption ? 'option' : 'word'} ${quote(isOption ? shownOption(word) : shownWord(word))}`,
    hint:
      behindItsWord(line, entries) ??
      (nearest ? `did you mean \`octo ${nearest}\`? \`octo --help\` lists all words` : otherwise),
  })
}

/** The same line with the options where they are read. */
function behindItsWord(line: readonly string[], entries: readonly Entry[]): string | undefined {
  const at = line.findIndex((word) => entries.some((entry) => entry.group !== undefined && entry.word === word))
  if (at < 1 || at > 2 || !line[0]?.startsWith('-')) return undefined
  const rest = [...line.slice(1, at), ...line.slice(at + 1)]
  const typed = `${typedWords(['octo', line[at] ?? ''])} ${typedOption(line[0], rest)}`
  return `options stand behind their word: \`${typed}\``
}

const OPTIONS = ['help', 'version']

/** Dashes tell which is looked for first; `-v` asks other programs for their version. */
function nearestAnswer(typed: string, entries: readonly Entry[]): string | undefined {
  const name = typed.replace(/^-+/, '')
  const meant = typed === name ? wordsMeantBy(typed) : undefined
  if (meant !== undefined && entries.some((entry) => entry.word === meant.split(' ')[0])) return meant
  const word = nearestWord(
    name,
    entries.filter((entry) => entry.group !== undefined).map((entry) => entry.word),
  )
  const found = name.toLowerCase() === 'v' ? 'version' : nearestWord(name, OPTIONS)
  const option = found && `--${found}`
  return typed === name ? (word ?? option) : (option ?? word)
}

/** Node has replaced what was no text before anybody could look: the replacement is not what was typed. */
export function unreadableArgument(index: number): CodedError {
  return coded('USAGE', {
    message: `argument ${index + 1} is not UTF-8, or holds the replacement character U+FFFD`,
    hint: 'type it in a terminal that uses UTF-8, or give it in a file',
  })
}
