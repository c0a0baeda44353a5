// Options of a plugin: described once, read from the command line as the operator writes it (`--key=value`, repeated for
// lists, positionals after `--`), and as people type it (`--key value`), and from the document on standard input.
import { parseArgs } from 'node:util'
import { parseSingleDuration } from '../schemas/duration.ts'
import { invalidOptions } from './result.ts'

type Common = {
  readonly description: string
  readonly required?: true
  /** The option also takes the first positional: `check-tcp 8080`. */
  readonly positional?: true
  /** What a first config would say. */
  readonly example?: string | number
}

/** A duration is written `10s` and arrives as milliseconds. */
export type OptionSpec =
  | (Common & {
      readonly type: 'string'
      readonly default?: string
      readonly choices?: readonly string[]
      /** Comes on standard input, never on the command line. */
      readonly secret?: true
    })
  | (Common & { readonly type: 'strings'; readonly choices?: readonly string[] })
  | (Common & { readonly type: 'integer'; readonly default?: number; readonly min?: number; readonly max?: number })
  | (Common & { readonly type: 'duration'; readonly default?: string })
  | (Common & { readonly type: 'boolean' })

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

type Base = { string: string; strings: readonly string[]; integer: number; duration: number; boolean: boolean }
type Present =
  | { readonly required: true }
  | { readonly default: string | number }
  | { readonly type: 'boolean' | 'strings' }
type One<Spec extends OptionSpec> = Spec extends {
  readonly type: 'string'
  readonly choices: readonly (infer Choice)[]
}
  ? Choice
  : Base[Spec['type']]
type Value<Spec extends OptionSpec> = Spec extends Present ? One<Spec> : One<Spec> | undefined

export type OptionValues<Specs extends OptionSpecs> = { readonly [Key in keyof Specs]: Value<Specs[Key]> }

type Given = { readonly key: string; readonly text: string | undefined }

/** What words came to before, for those whose plugin is loaded once and asked again and again. None of it is secret. */
const readBefore = new WeakMap<OptionSpecs, Map<string, unknown>>()
/** As many different checks of one plugin as one config has, mostly. */
const MAX_KEPT = 1000

/** The same as `parseOptions`; words that were good once are not read again. */
export function parseOptionsAgain<Specs extends OptionSpecs>(
  specs: Specs,
  argv: readonly string[],
  document: Readonly<Record<string, unknown>> | undefined,
): OptionValues<Specs> {
  if (document !== undefined) return parseOptions(specs, argv, document)
  const known = readBefore.get(specs) ?? new Map<string, unknown>()
  readBefore.set(specs, known)
  const key = [argv.length, ...argv].join('\0')
  const before = known.get(key) as OptionValues<Specs> | undefined
  if (before !== undefined) return before
  const values = parseOptions(specs, argv)
  // Whoever is asked next is given the same.
  for (const value of [values, ...Object.values(values)]) Object.freeze(value)
  if (known.size < MAX_KEPT) known.set(key, values)
  return values
}

/**
 * Reads argv and the arguments of the document; throws InvalidOptions with what was expected and found. Values are never repeated
 * for unknown options, nor those of secret ones.
 */
export function parseOptions<Specs extends OptionSpecs>(
  specs: Specs,
  argv: readonly string[],
  document: Readonly<Record<string, unknown>> = {},
): OptionValues<Specs> {
  const given = Map.groupBy([...readTokens(specs, argv), ...readMap(specs, document)], ({ key }) => key)
  const values = Object.entries(specs).map(([key, spec]) => [key, readValue(key, spec, given.get(key) ?? [])])
  return Object.fromEntries(values) as OptionValues<Specs>
}

function readTokens(specs: OptionSpecs, argv: readonly string[]): Given[] {
  const options = Object.entries(specs).map(([key, { type }]) => [
    key,
    // The operator writes an option of one letter as `-k value`.
    { type: type === 'boolean' ? type : 'string', ...(key.length === 1 ? { short: key } : {}) },
  ])
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(options) as Record<string, { type: 'string' | 'boolean'; short?: string }>,
    strict: false,
    tokens: true,
  })
  const given: Given[] = []
  for (const token of tokens) {
    if (token.kind === 'option') given.push({ key: open(specs, token), text: token.value })
    if (token.kind === 'positional') given.push({ key: positionalKey(specs, token.value), text: token.value })
  }
  return given
}

function readMap(specs: OptionSpecs, document: Readonly<Record<string, unknown>>): Given[] {
  return Object.entries(document).flatMap(([name, value]) => {
    const key = known(specs, name, name)
    const values = Array.isArray(value) ? value : value === null ? [] : [value]
    return values.map((item: unknown) => {
      if (typeof item === 'object' || item === undefined)
        throw invalidOptions(`\`${key}\` is a map, expected a plain value`)
      return { key, text: String(item) }
    })
  })
}

/** The name of an option that may stand on a command line. */
function open(specs: OptionSpecs, { name, rawName }: { readonly name: string; readonly rawName: string }): string {
  const key = known(specs, name, rawName)
  if (!isSecret(specs[key])) return key
  throw invalidOptions(
    `--${key} is secret and never read from the command line, which every user of the machine can read: give it on standard input, as \`{"v":1,"arguments":{"${key}":…}}\``,
  )
}

export function isSecret(spec: OptionSpec | undefined): boolean {
  return spec !== undefined && 'secret' in spec && spec.secret === true
}

function known(specs: OptionSpecs, name: string, rawName: string): string {
  if (Object.hasOwn(specs, name)) return name
  const keys = Object.keys(specs).map((key) => `--${key}`)
  throw invalidOptions(`unknown option \`${cut(rawName)}\`, expected one of ${keys.join(', ')}`)
}

function positionalKey(specs: OptionSpecs, value: string): string {
  const key = Object.keys(specs).find((name) => specs[name]?.positional)
  if (key) return key
  throw invalidOptions(`\`${cut(value)}\` belongs to no option`)
}

function readValue(key: string, spec: OptionSpec, given: readonly Given[]): unknown {
  if (spec.type === 'strings') return listOf(key, spec, given)
  if (given.length > 1) throw invalidOptions(`--${key} is given ${given.length} times, expected once`)
  const [first] = given
  if (spec.type === 'boolean') return first !== undefined && flagOf(key, first.text)
  if (first) return convert(key, spec, first.text)
  if (spec.required) throw invalidOptions(`--${key} is missing: ${spec.description}`)
  return spec.default === undefined ? undefined : convert(key, spec, String(spec.default))
}

function listOf(key: string, spec: Extract<OptionSpec, { type: 'strings' }>, given: readonly Given[]): string[] {
  if (spec.required && given.length === 0) throw invalidOptions(`--${key} is missing: ${spec.description}`)
  return given.map(({ text }) => textOf(key, text, spec.choices))
}

type Single = Exclude<OptionSpec, { type: 'boolean' | 'strings' }>

function convert(key: string, spec: Single, raw: string | undefined): string | number {
  if (spec.type === 'string') return textOf(key, raw, spec.choices)
  const text = textOf(key, raw)
  return spec.type === 'integer' ? integerOf(key, text, spec) : durationOf(key, text)
}

function textOf(key: string, text: string | undefined, choices?: readonly string[]): string {
  if (text === undefined) throw invalidOptions(`--${key} needs a value`)
  if (choices && !choices.includes(text))
    throw invalidOptions(
      `--${key} is \`${cut(text)}\`, expected ${choices.map((choice) => `\`${choice}\``).join(' or ')}`,
    )
  return text
}

/** The operator leaves false out, or writes `--key=false` when the manifest says `booleans: explicit`. */
function flagOf(key: string, text: string | undefined): boolean {
  if (text === undefined || text === 'true') return true
  if (text === 'false') return false
  throw invalidOptions(`--${key} is \`${cut(text)}\`, expected \`true\` or \`false\``)
}

function integerOf(key: string, text: string, { min, max }: { min?: number; max?: number }): number {
  const value = /^-?[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN
  const lowest = min ?? Number.MIN_SAFE_INTEGER
  const highest = max ?? Number.MAX_SAFE_INTEGER
  if (value >= lowest && value <= highest) return value
  const bounds = min !== undefined && max !== undefined ? ` from ${min} to ${max}` : ''
  throw invalidOptions(`--${key} is \`${cut(text)}\`, expected a whole number${bounds}`)
}

function durationOf(key: string, text: string): number {
  const ms = parseSingleDuration(text)
  if (ms !== undefined) return ms
  throw invalidOptions(`--${key} is \`${cut(text)}\`, expected a duration such as \`500ms\` or \`10s\``)
}

function cut(text: string): string {
  const safe = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?')
  return safe.length > 80 ? `${safe.slice(0, 80)}…` : safe
}
