// What a service plugin prints, line by line for as long as it runs: both of its streams are always read, so that it never waits
// for a full pipe, and nothing is kept but its last lines.
import type { ChildProcess } from 'node:child_process'
import { printable } from '../../../schemas/quote.ts'
import { watchLines } from '../../../system/process/watch-lines.ts'
import type { LogLine } from '../../result/stderr-log.ts'
import { parseLogLines } from '../../result/stderr-log.ts'

/** A line of a plugin, with whose it is, and what else it said in it, by the names of its attributes. */
export type PluginLine = LogLine & { readonly plugin: string; readonly attributes?: Readonly<Record<string, string>> }

const LINE_BYTES = 64 * 1024
const KEPT_LINES = 20
const KEPT_LENGTH = 500
const MAX_ATTRIBUTES = 50
const OF_THE_LINE: readonly string[] = ['time', 'level', 'msg']

type Reading = {
  readonly plugin: string
  /** Nobody wants to know when absent. */
  readonly log: ((line: PluginLine) => void) | undefined
  /** Looks at a line of standard output first; true for one that is no log. */
  readonly takes: (line: string) => boolean
}

type Lines = {
  /** The last ones of standard error, safe to show. */
  last(): readonly string[]
}

export function readPluginLines(child: ChildProcess, { plugin, log, takes }: Reading): Lines {
  const last: string[] = []
  const tell = (line: string) => {
    if (log) for (const found of parsePluginLine(line)) log({ plugin, ...found })
  }
  const stdout = watchLines(LINE_BYTES, (bytes, isWhole) => {
    const line = bytes.toString('utf8')
    if (!isWhole || !takes(line)) tell(line)
  })
  const stderr = watchLines(LINE_BYTES, (bytes) => {
    const line = bytes.toString('utf8')
    last.push(line.length > KEPT_LENGTH ? line.slice(0, KEPT_LENGTH + 1) : line)
    if (last.length > KEPT_LINES) last.shift()
    tell(line)
  })
  child.stdout?.on('data', stdout.add).once('end', stdout.finish)
  child.stderr?.on('data', stderr.add).once('end', stderr.finish)
  return { last: () => last.map((line) => printable(line, KEPT_LENGTH)) }
}

/** What is told of a line: nothing of an empty one. */
export function parsePluginLine(line: string): readonly Omit<PluginLine, 'plugin'>[] {
  const attributes = attributesOf(line)
  return parseLogLines(line).map((found) => ({ ...found, ...(attributes ? { attributes } : {}) }))
}

/** Of a line as slog writes it, in the order of their names and safe to show; undefined where there are none. */
function attributesOf(line: string): Readonly<Record<string, string>> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const found = JSON.parse(line) as Readonly<Record<string, unknown>>
    if (typeof found.msg !== 'string') return undefined
    const names = Object.keys(found).filter((name) => !OF_THE_LINE.includes(name))
    if (names.length === 0) return undefined
    const kept = names.sort().slice(0, MAX_ATTRIBUTES)
    return Object.fromEntries(kept.map((name) => [printable(name, KEPT_LENGTH), inWords(found[name])]))
  } catch {
    return undefined
  }
}

function inWords(value: unknown): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value), KEPT_LENGTH)
}
