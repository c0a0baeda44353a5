// Lines that say how a check ended, wherever they stand. The result is read from its own place; these can only contradict it.
import type { CheckStatus } from '../../schemas/check-result.ts'
import { CHECK_STATUSES } from '../../schemas/check-result.ts'
import type { ReadLine } from '../../system/process/captured-output.ts'
import { overwrittenParts, printedLines, withoutSequences } from './plain-text.ts'
import { worse } from './report.ts'

/** Words of `Captured.told`. */
export const TOLD_JSON = 'json:'
export const TOLD_TEXT = 'text:'

const WORDS: Readonly<Record<string, CheckStatus>> = {
  ok: 'ok',
  warn: 'warn',
  warning: 'warn',
  crit: 'critical',
  critical: 'critical',
  unknown: 'unknown',
  nok: 'critical',
  'not ok': 'critical',
}
/** A word of its own, also at the end of `DISK_CRITICAL`; `CRIT_DAYS` is the name of a bound. */
const STATUS_WORD =
  /(?<![\p{L}\p{N}])(?:[Nn][Oo][Tt][ _-]OK|NOK|OK|WARN|WARNING|CRIT|CRITICAL|UNKNOWN)(?![\p{L}\p{N}_])/u
/** A test that failed; one that is still to be written is none in TAP. Within a line it may be counted: `5 ok, 0 not ok`. */
const TAP_WORD = /^[\s"'[(*-]*(not[ _-]ok)\b(?!.*#\s*todo\b)/i
const FIRST_WORD = /^[\s"'[(*-]*(?:status\s*[:=]\s*["']?)?(crit|critical|unknown)\b/i
/** As logs and attributes of XML say it. `Battery status: unknown` is about something else. */
const NAMED_WORD = /\bstatus(?:=["']?|\s{0,9}[:=]\s{0,9}["']?(?=crit))(crit|critical|unknown)\b/i
/** `QUERY CRITICAL - syntax error`: how the plugins of Nagios begin. */
const STATUS_LINE = /^(?:\S{1,40} ){0,3}?(?:\w{1,40}_)?(CRITICAL|UNKNOWN)(?: - |: | ?\||$)/
const STATUS_PAIR = /\\?["']status\\?["']\s{0,20}:\s{0,20}\\?["'](ok|warn|warning|crit|critical|unknown)\b/gi
/** What a line must hold to be worth a parse: the word, or an escape that could spell it. */
const MAY_SAY_STATUS = /status|\\u00/i

/** One escape of JSON whole, so that the second half of `\\` begins none. */
const ESCAPE = /\\(?:u00([2-7][0-9a-f])|.)/gis

/** What a line tells about how the check ended, for `captureOutput`. */
export const readVerdicts: ReadLine = (line, isWhole) =>
  overwrittenParts(withoutSequences(line)).flatMap((part) => {
    const text = part.trim()
    const inText = text.startsWith('{')
      ? []
      : printedLines(text).flatMap((one) => STATUS_LINE.exec(one.trim())?.[1] ?? [])
    // What is too long to be looked at could say anything.
    const inJson = !isWhole && text.startsWith('{') ? 'unknown' : statusInJson(text)
    return [
      ...inText.map((word) => `${TOLD_TEXT}${WORDS[word.toLowerCase()]}`),
      ...(inJson === undefined ? [] : [`${TOLD_JSON}${inJson}`]),
    ]
  })

/** The status that a line of text gives: its first status word. */
export function statusInText(line: string): CheckStatus | undefined {
  const text = asRead(line.split('|', 1)[0] ?? '')
  const word =
    TAP_WORD.exec(text)?.[1] ?? STATUS_WORD.exec(text)?.[0] ?? FIRST_WORD.exec(text)?.[1] ?? NAMED_WORD.exec(text)?.[1]
  return word === undefined ? undefined : WORDS[word.toLowerCase().replace(/[_-]/, ' ')]
}

/** In the letters that people take it for: wide and bold ones as plain ones, without what is not seen. */
function asRead(text: string): string {
  return /[^\x00-\x7f]/.test(text) ? text.normalize('NFKC').replace(/\p{Cf}/gu, '') : text
}

function statusInJson(text: string): CheckStatus | undefined {
  if (!MAY_SAY_STATUS.test(text)) return undefined
  const value = parsed(text)
  if (isResult(value)) return value.status
  const inside = value === undefined ? [] : resultsInside(value)
  const pairs = [...text.matchAll(STATUS_PAIR)].flatMap(([, word = '']) => WORDS[word.toLowerCase()] ?? [])
  const all = [...inside, ...pairs]
  return all.length === 0 ? undefined : all.reduce(worse)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(withoutSpelledLetters(text))
  } catch {
    return undefined
  }
}

/**
 * The same JSON with its printable ASCII as itself: V8 14.6 can take a key that is spelled with an escape for another one that it
 * read before.
 */
function withoutSpelledLetters(text: string): string {
  return text.replace(ESCAPE, (written, hex?: string) => {
    const letter = hex === undefined ? written : String.fromCharCode(Number.parseInt(hex, 16))
    return /[\\"\x7f]/.test(letter) ? written : letter
  })
}

function resultsInside(root: unknown): CheckStatus[] {
  const found: CheckStatus[] = []
  const open: unknown[] = [root]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (isResult(value)) found.push(value.status)
    else if (typeof value === 'object' && value !== null) open.push(...Object.values(value).map((inner) => inner ?? ''))
    else if (typeof value === 'string' && value.startsWith('{')) open.push(parsed(value) ?? '')
  }
  return found
}

function isResult(value: unknown): value is { readonly status: CheckStatus } {
  const { v, status } = (value ?? {}) as Record<string, unknown>
  return v === 1 && (CHECK_STATUSES as readonly unknown[]).includes(status)
}
