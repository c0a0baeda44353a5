// `--help` of a plugin: its options, as YAML says them and as they are typed.
import type { Check } from './definition.ts'
import type { OptionSpec } from './options.ts'

const PLACEHOLDERS = { string: 'text', strings: 'text', integer: 'number', duration: '10s', boolean: '' } as const

export function renderHelp(check: Check): string {
  const rows = Object.entries(check.options).map(([key, spec]) => [typed(key, spec), explained(spec)] as const)
  const width = Math.max(...rows.map(([left]) => left.length), 0)
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
  return [`${check.name} ${check.version}: passes when ${check.summary}`, '', 'Options:', ...lines].join('\n')
}

function typed(key: string, spec: OptionSpec): string {
  if (spec.type === 'boolean') return `--${key}`
  const value = 'choices' in spec && spec.choices ? spec.choices.join('|') : `<${PLACEHOLDERS[spec.type]}>`
  return spec.positional ? `[--${key}=]${value}` : `--${key}=${value}`
}

function explained(spec: OptionSpec): string {
  const notes: string[] = []
  if (spec.required) notes.push('required')
  if (spec.type === 'strings') notes.push('may be repeated')
  if ('default' in spec && spec.default !== undefined) notes.push(`default ${spec.default}`)
  return notes.length > 0 ? `${spec.description} (${notes.join('; ')})` : spec.description
}
