// `toJson`, `toYaml`, `indent` and `nindent`: values as parts of documents. Every text in them is written so that it is read
// back as that text, whatever it holds.
import type { Value } from '../value.ts'
import { entriesIn, itemsIn, textValue } from '../value.ts'
import type { Call, TemplateFunction } from './call.ts'
import { onLines, requireSomething, reserve, textIn } from './call.ts'

export const DOCUMENTS: Readonly<Record<string, TemplateFunction>> = {
  toJson: { least: 1, most: 1, run: ([value], call) => textValue(json(present(value, call), call)) },
  toYaml: { least: 1, most: 1, run: ([value], call) => yamlValue(present(value, call), call) },
  indent: { least: 2, most: 2, run: ([count, text], call) => indented(count, text, { call, before: '' }) },
  nindent: { least: 2, most: 2, run: ([count, text], call) => indented(count, text, { call, before: '\n' }) },
}

const MAX_INDENT = 64
const MAX_DEPTH = 32

function present(value: Value | undefined, call: Call): Value {
  requireSomething(value, call)
  return value
}

type Indenting = { readonly call: Call; readonly before: string }

function indented(count: Value | undefined, text: Value | undefined, { call, before }: Indenting): Value {
  const spaces = count?.kind === 'int' ? Number(count.value) : -1
  if (spaces < 0 || spaces > MAX_INDENT) throw call.fail(`expected a number of spaces from 0 to ${MAX_INDENT}`)
  const indent = ' '.repeat(spaces)
  const made = onLines(text, call, (lines) => {
    const all = lines.split('\n')
    reserve(all.length * spaces, call)
    return `${before}${all.map((line) => `${indent}${line}`).join('\n')}`
  })
  if (!call.structure || made.kind !== 'string' || made.structure !== undefined) return made
  // The lines of a plain value stand below each other wherever its sign stands.
  const plainText = textIn(text, call)
  return { ...made, structure: `${before}${indent}${call.structure.sign(textValue(plainText), plainText, true)}` }
}

function json(value: Value, call: Call, depth = 0): string {
  call.meter.spend(1)
  if (depth > MAX_DEPTH) throw call.fail(`a value is nested more than ${MAX_DEPTH} levels deep`)
  if (value.kind === 'map')
    return `{${entriesIn(value)
      .map(([name, one]) => `${JSON.stringify(name)}:${json(one, call, depth + 1)}`)
      .join(',')}}`
  if (value.kind === 'list')
    return `[${itemsIn(value)
      .map((item) => json(item, call, depth + 1))
      .join(',')}]`
  return plain(value)
}

function plain(value: Value): string {
  if (value.kind === 'string') return JSON.stringify(value.value)
  if (value.kind === 'int') return String(value.value)
  if (value.kind === 'float') return JSON.stringify(value.value)
  return value.kind === 'bool' ? String(value.value) : 'null'
}

function yamlValue(value: Value, call: Call): Value {
  const { structure } = call
  if (!structure) return textValue(yaml(value, { depth: 0, call, plainly: (_, text) => text }))
  const made = yaml(value, { depth: 0, call, plainly: structure.sign })
  return { kind: 'string', value: structure.shown(made), structure: made }
}

type Level = {
  readonly depth: number
  readonly call: Call
  /** What is written for a value that is neither map nor list, and for a key. */
  readonly plainly: (value: Value, text: string) => string
}

function yaml(value: Value, level: Level): string {
  const { depth, call, plainly } = level
  call.meter.spend(1)
  if (depth > MAX_DEPTH) throw call.fail(`a value is nested more than ${MAX_DEPTH} levels deep`)
  const inner = (one: Value) => yaml(one, { ...level, depth: depth + 1 })
  if (value.kind === 'map') {
    const lines = entriesIn(value).map(
      ([name, one]) => `${plainly(textValue(name), yamlText(name))}:${below(one, inner(one))}`,
    )
    return lines.length === 0 ? '{}' : lines.join('\n')
  }
  if (value.kind === 'list') {
    const lines = itemsIn(value).map((item) => `- ${inner(item).replaceAll('\n', '\n  ')}`)
    return lines.length === 0 ? '[]' : lines.join('\n')
  }
  return plainly(value, value.kind === 'string' ? yamlText(value.value) : plain(value))
}

function below(value: Value, text: string): string {
  const isBlock = (value.kind === 'map' || value.kind === 'list') && text !== '{}' && text !== '[]'
  if (!isBlock) return ` ${text}`
  return value.kind === 'list' ? `\n${text}` : `\n  ${text.replaceAll('\n', '\n  ')}`
}

/** Words that are plain to every reader; all else stands in quotes, which are JSON's. */
function yamlText(text: string): string {
  const isPlain = /^[A-Za-z_/][\w./-]*$/.test(text) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text)
  return isPlain ? text : JSON.stringify(text)
}
