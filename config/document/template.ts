// Fills templates into texts of a config: Go's text/template over the merged documents. A template makes one plain value and
// never structure. A value is trusted no more than the least trusted part that went into it: nothing with a part from
// elsewhere holds an environment variable, because its addresses and arguments would carry it out.
import { quote } from '../../schemas/quote.ts'
import type { Piece } from '../template/evaluate.ts'
import { renderPieces, renderTemplate, valueOfTemplate } from '../template/evaluate.ts'
import { FUNCTION_NAMES } from '../template/functions/index.ts'
import type { Meter, Structure } from '../template/meter.ts'
import { parseTemplate } from '../template/parse.ts'
import { shownPlain } from '../template/print.ts'
import type { Fail, Position, Template } from '../template/syntax.ts'
import type { PlainValue, Value } from '../template/value.ts'
import { invalid, showPlace } from './invalid.ts'
import type { ScalarNode } from './node.ts'
import { isFromElsewhere, isRemote, placeOf } from './node.ts'
import { refused } from './refused.ts'
import type { Filling, TemplateVariables } from './template-filling.ts'
import { leaks, meterOf, newBudget, notePart } from './template-filling.ts'
import { rootValue } from './template-values.ts'

export type { TemplateVariables } from './template-filling.ts'
export { templateBudget } from './template-filling.ts'

const MAX_NESTING = 4

/** The scalar with its templates filled in; one that is nothing but an action keeps the type of what that gives. */
export function expand(node: ScalarNode, variables: TemplateVariables): ScalarNode {
  return variables.asWritten ? node : fillWhole(node, variables).filled
}

/** For what says where code comes from: neither a variable nor a part from elsewhere may go in or decide what does. */
export function expandAddress(node: ScalarNode, variables: TemplateVariables): ScalarNode {
  const { filled, parts } = fillWhole(node, variables)
  if (parts.variable !== undefined)
    throw invalid(node, `an address may not hold the environment variable ${quote(parts.variable)}`, {
      hint: 'write the address itself, or a value of `configs`: whoever is asked for it would learn the variable',
    })
  if (parts.fetched)
    throw refused(parts.fetched, `say a part of the address in ${showPlace(placeOf(node))}`, { local: node })
  return filled
}

/** For what runs in a container: only parts from documents that a local one trusts may go in or decide what does. */
export function expandTrusted(node: ScalarNode, variables: TemplateVariables): ScalarNode {
  const { filled, parts } = fillWhole(node, variables)
  if (parts.fetched && isFromElsewhere(parts.fetched))
    throw refused(parts.fetched, `say a part of what runs in ${showPlace(placeOf(node))}`, {
      local: node,
      hint: 'give the value in a local config, or write `trust: unsigned` where one includes that document',
    })
  return filled
}

/** For what is run on this machine: no part from elsewhere may go in or decide what does. */
export function expandOwn(node: ScalarNode, variables: TemplateVariables): ScalarNode {
  if (variables.asWritten) return node
  const { filled, parts } = fillWhole(node, variables)
  if (parts.fetched)
    throw refused(parts.fetched, `say a part of what is run in ${showPlace(placeOf(node))}`, { local: node })
  return filled
}

type Document = Pick<Filling, 'parts' | 'budget'> & {
  readonly structure: Structure
  readonly meter: Meter
  readonly fail: Fail
}

/** What the text of a document makes that is a template, with signs in place of values. */
export function expandDocument(node: ScalarNode, variables: TemplateVariables, document: Document): readonly Piece[] {
  const { structure, meter, fail } = document
  const filling: Filling = { ...document, variables, depth: 0, asker: isRemote(node) ? node : undefined }
  const pointless = (name: string) => isPointless(name, variables)
  const template = parseTemplate(node.text, { ...grammarOf(node), fail, pointless })
  const root = rootValue(node, filling, (inner) => fill(inner, { ...filling, depth: 1 }))
  return renderPieces(template, { root, fail, meter, prints: 'plain values', structure })
}

/** The text of a file with its templates filled in, as Go prints it; a file may hold lines and structure. */
export function expandFile(node: ScalarNode, variables: TemplateVariables): string {
  const parts: Filling['parts'] = {}
  const asker = isRemote(node) ? node : undefined
  const filling: Filling = { variables, depth: 0, asker, parts, budget: newBudget() }
  const template = templateOf(node, filling)
  const root = rootValue(node, filling, (inner) => fill(inner, { ...filling, depth: 1 }))
  const meter = meterOf(node, template.text.length, filling)
  const text = renderTemplate(template, { root, fail: failingAt(node), meter, prints: 'plain values' })
  if (asker) notePart(parts, asker)
  const { fetched, variable } = parts
  if (fetched && variable !== undefined) throw leaks(node, variable, fetched)
  return text
}

function fillWhole(node: ScalarNode, variables: TemplateVariables) {
  const parts: Filling['parts'] = {}
  const filled = fill(node, { variables, depth: 0, asker: undefined, parts, budget: newBudget() })
  const { fetched, variable } = parts
  if (fetched && variable !== undefined) throw leaks(node, variable, fetched)
  return { filled: fetched && filled !== node ? { ...filled, origin: fetched.origin } : filled, parts }
}

/** What is looked at on the way counts as a part, whether or not its text gets into the value: it may have decided what does. */
function fill(node: ScalarNode, given: Filling): ScalarNode {
  notePart(given.parts, node)
  if (node.made) {
    if (node.made.variable !== undefined) given.parts.variable ??= node.made.variable
    return node
  }
  if (typeof node.value !== 'string' || !node.value.includes('{{')) return node
  if (given.depth >= MAX_NESTING) throw invalid(node, `template ${quote(node.value)} leads to itself`)
  const filling = { ...given, asker: given.asker ?? (isRemote(node) ? node : undefined) }
  const fail = failingAt(node)
  const template = templateOf(node, filling)
  const root = rootValue(node, filling, (inner) => fill(inner, { ...filling, depth: filling.depth + 1 }))
  const options = { root, fail, meter: meterOf(node, template.text.length, filling), prints: 'plain values' } as const
  const value = valueOfTemplate(template, options)
  if (value) return scalarOf(value, node)
  const text = renderTemplate(template, options)
  return { ...node, value: text, text, plain: false }
}

/** The value in place of the template that made it: no map or list, which are refused where they are printed. */
export function scalarOf(value: Value, node: ScalarNode): ScalarNode {
  const text = shownPlain(value as PlainValue)
  const isKept = value.kind === 'int' ? Number.isSafeInteger(Number(value.value)) : value.kind === 'float'
  const plainValue = value.kind === 'bool' ? value.value : isKept && 'value' in value ? Number(value.value) : text
  return { ...node, value: plainValue, text, plain: false }
}

/** Parsed once, however often other templates name it; what nobody names is filled in once and not kept. */
function templateOf(node: ScalarNode, { variables, depth }: Filling): Template {
  const { parsed } = variables.budget
  const known = parsed.get(node)
  if (known) return known
  const pointless = (name: string) => isPointless(name, variables)
  const template = parseTemplate(String(node.value), { ...grammarOf(node), pointless })
  if (depth > 0) parsed.set(node, template)
  return template
}

/** How templates of a config are written, whatever they are filled with. */
export function grammarOf(node: ScalarNode): Omit<Parameters<typeof parseTemplate>[1], 'pointless'> {
  return {
    fail: failingAt(node),
    functions: FUNCTION_NAMES,
    misplaced: (name) => (node.block ? undefined : ONLY_IN_BLOCKS.get(name)),
    looseNames: true,
    maxTokens: 20_000,
    maxDepth: 32,
  }
}

/** Early configs wrote `{{OS}}`, and octo has read other values without the point too. */
function isPointless(name: string, { root }: TemplateVariables): boolean {
  if (['OS', 'ARCH', 'env', 'projectID'].includes(name)) return true
  return root?.kind === 'map' && root.entries.has(name)
}

const BLOCK = 'makes lines, which only a block holds: write the value below `key: |`'
const ONLY_IN_BLOCKS: ReadonlyMap<string, string> = new Map(
  ['toYaml', 'indent', 'nindent'].map((name) => [name, BLOCK]),
)

function failingAt(node: ScalarNode) {
  return (problem: string, { line, column }: Position, hint?: string): Error => {
    const place = String(node.value).includes('\n') ? `line ${line} column ${column}` : `column ${column}`
    const hints = [hint, HOW_TO_ESCAPE].filter((one) => one !== undefined)
    const error = invalid(node, `template ${place}: ${problem}`, { hint: hints.join('; ') })
    unrendered.add(error)
    return error
  }
}

const unrendered = new WeakSet<object>()

/** The problem of a template by itself, and none of what a document may do or cost. */
export function isUnrendered(error: unknown): boolean {
  return typeof error === 'object' && error !== null && unrendered.has(error)
}

export const HOW_TO_ESCAPE = 'write {{`{{.Names}}`}} to pass {{.Names}} on as it is'
