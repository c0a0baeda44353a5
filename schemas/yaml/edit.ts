// Sets or takes away one entry of a YAML document that a person wrote. All other bytes stay, with comments, order and quotes: the entry
// is put in or cut out as text. What comes out is read again, and differs in that entry alone, or nothing is changed.
import { isDeepStrictEqual } from 'node:util'
import type { Pair, Scalar, YAMLMap } from 'yaml'
import { isCollection, isMap as isMapNode, isScalar, parseDocument, stringify } from 'yaml'
import { coded } from '../errors.ts'
import { isMap } from '../is-map.ts'
import { quote } from '../quote.ts'
import { parseYaml } from './parse.ts'

export type Path = readonly [string, ...string[]]
export type Data = string | number | boolean | null | readonly Data[] | { readonly [key: string]: Data }

/** Of the map at the end of the way, or of the last map that is there: what is missing below it is made. */
type Spot = {
  readonly map: YAMLMap
  readonly key: string
  readonly value: Data
  /** The entry that is there already, with nothing in it or with what is replaced. */
  readonly pair?: Pair | undefined
}

/** The text with the entry, in place of what stood there. Throws YAML_INVALID, LIMIT_EXCEEDED, or CONFIG_INVALID where only a person can write it. */
export function setInYaml(text: string, path: Path, value: Data, name: string): string {
  if (endsLinesAsWindows(text)) return asWindows(setInYaml(asUnix(text), path, value, name))
  const before = plainData(text, name)
  const spot = spotOf(text, path, value)
  const changed = spot ? withEntry(text, spot, isJson(name)) : `${endedLine(text)}${blockText(path, value, '')}`
  return requireOnly(changed, setIn(before, path, value), {
    path,
    name,
    what: `write \`${path.join(': {')}: …\` into it`,
  })
}

/** The text without the entry, and without maps that held nothing else; the same text where it has none. */
export function removeFromYaml(text: string, path: Path, name: string): string {
  if (endsLinesAsWindows(text)) return asWindows(removeFromYaml(asUnix(text), path, name))
  const before = plainData(text, name)
  const depth = emptiedDepth(before, path)
  if (depth === undefined) return text
  const way = path.slice(0, depth + 1) as unknown as Path
  const found = pairAt(text, way)
  const changed = found && withoutEntry(text, found)
  return requireOnly(changed, removeIn(before, way), { path, name, what: `take \`${path.join('.')}\` out of it` })
}

/** All of its lines. */
export function endsLinesAsWindows(text: string): boolean {
  return text.includes('\r\n') && !/(?<!\r)\n/.test(text)
}

export function asUnix(text: string): string {
  return text.replaceAll('\r\n', '\n')
}

export function asWindows(text: string): string {
  return text.replaceAll('\n', '\r\n')
}

export function isJson(name: string): boolean {
  return name.endsWith('.json')
}

/** What it says, once it is held to all that a config is held to. */
export function plainData(text: string, name: string): unknown {
  return parseYaml(text, name).value
}

type Attempt = { readonly path: Path; readonly name: string; readonly what: string }

export function requireOnly(changed: string | undefined, wanted: unknown, { path, name, what }: Attempt): string {
  const isRight = changed !== undefined && isDeepStrictEqual(readable(changed, name), wanted)
  if (isRight) return changed
  throw coded('CONFIG_INVALID', {
    message: `${quote(name)} is written in a way that only a person can change at ${quote(path.join('.'))}`,
    details: { file: name, path },
    hint: what,
  })
}

function readable(text: string, name: string): unknown {
  try {
    return plainData(text, name) ?? null
  } catch {
    return undefined
  }
}

function spotOf(text: string, path: Path, value: Data): Spot | undefined {
  let map = rootOf(text)
  for (const [depth, key] of path.entries()) {
    if (!map) return undefined
    const pair = pairIn(map, key)
    const rest = path.slice(depth + 1)
    if (!pair || rest.length === 0 || isNothing(pair)) return { map, key, value: nested(rest, value), pair }
    if (!isMapNode(pair.value)) return { map, key, value: nested(rest, value), pair }
    map = pair.value
  }
  return undefined
}

function rootOf(text: string): YAMLMap | undefined {
  const { contents } = parseDocument(text, { uniqueKeys: false, version: '1.2', prettyErrors: false })
  return isMapNode(contents) ? contents : undefined
}

function pairIn(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)
}

export function pairAt(text: string, path: Path): { readonly map: YAMLMap; readonly pair: Pair } | undefined {
  let map = rootOf(text)
  for (const [depth, key] of path.entries()) {
    const pair = map && pairIn(map, key)
    if (!map || !pair) return undefined
    if (depth === path.length - 1) return { map, pair }
    map = isMapNode(pair.value) ? pair.value : undefined
  }
  return undefined
}

function isNothing({ value }: Pair): boolean {
  return value === null || value === undefined || (isScalar(value) && value.value === null)
}

function nested(path: readonly string[], value: Data): Data {
  return path.reduceRight<Data>((inner, key) => ({ [key]: inner }), value)
}

function withEntry(text: string, spot: Spot, json: boolean): string | undefined {
  const { map, key, value, pair } = spot
  if (pair && isInBraces(map)) return replaced(text, pair, flowText(value, json))
  if (pair) return withBlockValue(text, pair, value)
  if (isInBraces(map)) return withFlowEntry(text, map, flowEntry(key, value, json))
  const first = map.items[0]
  const indent = first && indentOf(text, startOf(first.key))
  if (indent === undefined) return undefined
  const at = lineAfter(text, endOf(map))
  return `${endedLine(text.slice(0, at))}${blockText([key], value, indent)}${text.slice(at)}`
}

function isInBraces(map: YAMLMap): boolean {
  return map.flow === true
}

function withFlowEntry(text: string, map: YAMLMap, entry: string): string | undefined {
  const last = map.items.at(-1)
  const at = last ? endOfPair(last) : startOf(map) + 1
  return `${text.slice(0, at)}${last ? ', ' : ''}${entry}${text.slice(at)}`
}

/** Below the key, or behind it where a plain value is enough. */
function withBlockValue(text: string, pair: Pair, value: Data): string | undefined {
  const indent = indentOf(text, startOf(pair.key))
  const { range } = (pair.value ?? {}) as Partial<Scalar>
  if (indent === undefined || !range) return undefined
  const isPlain = value === null || typeof value !== 'object'
  if (isPlain) return replaced(text, pair, flowText(value, false))
  const start = text.indexOf(':', endOf(pair.key)) + 1
  if (!isNothing(pair) || start === 0) return undefined
  // A null that nobody typed stands somewhere behind the remarks.
  const end = (pair.value as Scalar).source ? endOf(pair.value) : start
  const remark = text.slice(end, lineAfter(text, end))
  const below = stringify(value, STYLE)
    .trimEnd()
    .split('\n')
    .map((line) => `${indent}  ${line}`)
  const rest = text.slice(end + remark.length)
  return `${text.slice(0, start)}${endedLine(remark)}${below.join('\n')}\n${rest}`
}

function replaced(text: string, pair: Pair, written: string): string | undefined {
  const colon = text.indexOf(':', endOf(pair.key))
  if (!pair.value || colon < 0) return undefined
  const [start, end] = [startOf(pair.value), endOf(pair.value)]
  const isEmpty = start === end
  return isEmpty
    ? `${text.slice(0, colon + 1)} ${written}${text.slice(colon + 1)}`
    : `${text.slice(0, start)}${written}${text.slice(end)}`
}

function withoutEntry(text: string, { map, pair }: { readonly map: YAMLMap; readonly pair: Pair }): string | undefined {
  const [start, end] = [startOf(pair.key), endOfPair(pair)]
  if (!isInBraces(map)) {
    if (indentOf(text, start) === undefined) return undefined
    return `${text.slice(0, lineStart(text, start))}${text.slice(lineAfter(text, end))}`
  }
  const at = map.items.indexOf(pair)
  const next = map.items[at + 1]
  if (next) return `${text.slice(0, start)}${text.slice(startOf(next.key))}`
  const earlier = map.items[at - 1]
  return `${text.slice(0, earlier ? endOfPair(earlier) : start)}${text.slice(end)}`
}

const STYLE = { lineWidth: 0, indent: 2, flowCollectionPadding: false } as const

function blockText(path: readonly string[], value: Data, indent: string): string {
  const lines = stringify(nested(path, value), STYLE).trimEnd().split('\n')
  return `${lines.map((line) => `${indent}${line}`).join('\n')}\n`
}

/** A block list's items, each with its dash. */
export function textOfItems(items: readonly Data[], indent: string): string {
  const lines = stringify(items, STYLE).trimEnd().split('\n')
  return `${lines.map((line) => `${indent}${line}`).join('\n')}\n`
}

function flowEntry(key: string, value: Data, json: boolean): string {
  return json ? `${JSON.stringify(key)}: ${JSON.stringify(value)}` : flowText({ [key]: value }, false).slice(1, -1)
}

export function flowText(value: Data, json: boolean): string {
  return json ? JSON.stringify(value) : stringify(value, { ...STYLE, collectionStyle: 'flow' }).trimEnd()
}

/** Undefined where something other than spaces stands before it on its line. */
export function indentOf(text: string, offset: number): string | undefined {
  const before = text.slice(lineStart(text, offset), offset)
  return /^ *$/.test(before) ? before : undefined
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** Where the next line begins; a block text ends there already. */
export function lineAfter(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : end + 1
}

export function endedLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

export function startOf(node: unknown): number {
  return (node as Scalar).range?.[0] ?? 0
}

export function endOf(node: unknown): number {
  if (isCollection(node) && !node.flow && node.items.length > 0) {
    const last = node.items.at(-1)
    return isMapNode(node) ? endOfPair(last as Pair) : endOf(last)
  }
  return (node as Scalar).range?.[1] ?? 0
}

function endOfPair({ key, value }: Pair): number {
  return Math.max(endOf(key), value === null || value === undefined ? 0 : endOf(value))
}

type Maps = Readonly<Record<string, unknown>>

export function setIn(data: unknown, [key, ...rest]: readonly string[], value: Data): unknown {
  if (key === undefined) return value
  const own = isMap(data) ? data : {}
  return { ...own, [key]: setIn(own[key], rest, value) }
}

function removeIn(data: unknown, [key = '', ...rest]: readonly string[]): unknown {
  const { [key]: inner, ...others } = data as Maps
  if (rest.length > 0) return { ...others, [key]: removeIn(inner, rest) }
  return Object.keys(others).length > 0 ? others : null
}

/** How many keys of the way stay before the one that goes: maps that would be empty go with it. */
function emptiedDepth(data: unknown, path: Path): number | undefined {
  let own = data
  let depth = 0
  for (const [at, key] of path.entries()) {
    if (!isMap(own) || !Object.hasOwn(own, key)) return undefined
    if (Object.keys(own).length > 1) depth = at
    own = own[key]
  }
  return depth
}
