// What a plugin logs on stderr, line by line: JSON as slog writes it, Telegraf's `E! `, or `[WARN] `; plain text is info.
import { printable } from '../../schemas/quote.ts'
import { shownLines } from './plain-text.ts'

type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace'
export type LogLine = { readonly level: LogLevel; readonly message: string }

const MAX_LINE = 2000
const LETTERS: Readonly<Record<string, LogLevel>> = { E: 'error', W: 'warn', I: 'info', D: 'debug', T: 'trace' }
const WORDS: ReadonlyMap<string, LogLevel> = new Map([
  ...(['error', 'warn', 'info', 'debug', 'trace'] as const).map((level) => [level, level] as const),
  ['err', 'error'],
  ['fatal', 'error'],
  ['panic', 'error'],
  ['warning', 'warn'],
])

export function parseLogLines(stderr: string): LogLine[] {
  return shownLines(stderr).map(parseLine)
}

function parseLine(line: string): LogLine {
  const found = jsonLine(line) ?? prefixedLine(line) ?? { level: 'info', message: line }
  return { level: found.level, message: printable(found.message, MAX_LINE) }
}

function jsonLine(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown }
    if (typeof msg !== 'string') return undefined
    return { level: WORDS.get(String(level).toLowerCase()) ?? 'info', message: msg }
  } catch {
    return undefined
  }
}

function prefixedLine(line: string): LogLine | undefined {
  const letter = /^([EWIDT])! (.*)$/.exec(line)
  if (letter) return { level: LETTERS[letter[1] ?? ''] ?? 'info', message: letter[2] ?? '' }
  const word = /^\[([A-Za-z]{3,8})\] ?(.*)$/.exec(line)
  const level = WORDS.get(word?.[1]?.toLowerCase() ?? '')
  return word && level ? { level, message: word[2] ?? '' } : undefined
}
