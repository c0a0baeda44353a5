// `--help` of a plugin: its options, as YAML says them and as they are typed.
import type { OptionSpec, OptionSpecs } from './options.ts'
import { isSecret } from './options.ts'

type Described = {
  readonly name: string
  readonly version: string
  readonly options: OptionSpecs
  /** One of these is needed, where there are any. */
  readonly atLeastOne?: readonly string[] | undefined
}

const PLACEHOLDERS = { string: 'text', strings: 'text', integer: 'number', duration: '10s', boolean: '' } as const

/** `purpose` is what the plugin does: `passes when a port is free`. */
export function renderHelp({ name, version, options, atLeastOne = [] }: Described, purpose: string): string {
  const rows = Object.entries(options).map(([key, spec]) => [typed(key, spec), explained(spec)] as const)
  const width = Math.max(...rows.map(([left]) => left.length), 0)
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
  const needed =
    atLeastOne.length > 0 ? ['', `One of these is needed: ${atLeastOne.map((key) => `--${key}`).join(', ')}`] : []
  return [`${name} ${version}: ${purpose}`, '', 'Options:', ...lines, ...needed].join('\n')
}

function typed(key: string, spec: OptionSpec): string {
  if (isSecret(spec)) return key
  if (spec.type === 'boolean') return `--${key}`
  const value = 'choices' in spec && spec.choices ? spec.choices.join('|') : `<${PLACEHOLDERS[spec.type]}>`
  return spec.positional ? `[--${key}=]${value}` : `--${key}=${value}`
}

function explained(spec: OptionSpec): string {
  const notes: string[] = []
  if (spec.required) notes.push('required')
  if (isSecret(spec)) notes.push('secret: on standard input')
  if (spec.type === 'strings') notes.push('may be repeated')
  if ('default' in spec && spec.default !== undefined) notes.push(`default ${spec.default}`)
  return notes.length > 0 ? `${spec.description} (${notes.join('; ')})` : spec.description
}
