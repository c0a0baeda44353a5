// Arguments of a check: a list is the argument vector as it was typed, a map is named values. Early v1
// configs wrote the map straight on the item.
import { quote } from '../../schemas/quote.ts'
import { fieldUnder } from '../document/field-of.ts'
import { knownKeys } from '../document/fields.ts'
import { invalid, pointerTo } from '../document/invalid.ts'
import type { ListNode, MapNode, TreeNode } from '../document/node.ts'
import { dataOf, isEmpty, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import type { TemplateVariables } from '../document/template.ts'
import { expand, expandOwn } from '../document/template.ts'
import { nearestKey, noteUnknownKey } from '../document/unknown-keys.ts'
import type { Warnings } from '../document/warnings.ts'
import { attemptEach, throwProblem } from '../document/warnings.ts'
import type { CheckArguments } from './config.ts'

type Reading = {
  readonly variables: TemplateVariables
  readonly warnings: Warnings
  /** They say what a local document runs, of which no part may come from elsewhere. */
  readonly isOwn?: boolean
  /** Of what they are: its own keys are none. */
  readonly shape?: Shape
}

type Shape = 'check' | 'notification'

type Filler = typeof expand

const ARGUMENTS = ['args', 'toolArgs'] as const
export const NOTHING: CheckArguments = { kind: 'map', value: {}, texts: {} }

/** Reads `args`, `toolArgs` or the flat form of early v1 configs. */
export function readArguments(item: MapNode, reading: Reading): CheckArguments {
  if (!ARGUMENTS.some((key) => item.entries.has(key))) return flatArguments(item, reading)
  const written = fieldUnder(item, 'check', ARGUMENTS)
  noteOthers(item, reading)
  if (isEmpty(written)) return NOTHING
  if (written.kind === 'list') return listArguments(written, reading)
  if (written.kind === 'map') return mapArguments([...written.entries], reading)
  throw invalid(written, '`args` is neither a list nor a map')
}

/** Keys beside `args` mean nothing: either a typo, or an argument that would be lost. */
function noteOthers(item: MapNode, { warnings, shape = 'check' }: Reading): void {
  for (const [key, at] of otherEntries(item, shape)) noteUnknownKey(shape, key, { at, warnings })
}

function flatArguments(item: MapNode, reading: Reading): CheckArguments {
  const { warnings, shape = 'check' } = reading
  const { slips = [], given = [] } = Object.groupBy(otherEntries(item, shape), ([key, node]) =>
    isSlip(key, node, shape) ? 'slips' : 'given',
  )
  for (const [key, at] of slips) noteUnknownKey(shape, key, { at, warnings })
  return mapArguments(given, reading)
}

function otherEntries(item: MapNode, shape: Shape): (readonly [string, TreeNode])[] {
  const known = knownKeys(shape)
  return [...item.entries].filter(([key]) => !known.includes(key))
}

/** Short words such as `to` are too near to everything to be called slips, unless they differ in case alone. */
function isSlip(key: string, node: TreeNode, shape: Shape): boolean {
  const nearest = nearestKey(shape, key)
  if (nearest === undefined) return false
  return key.length > 4 || nearest.toLowerCase() === key.toLowerCase() || node.kind !== 'scalar'
}

function listArguments(list: ListNode, { variables, warnings, isOwn }: Reading): CheckArguments {
  const fill = fillerOf(isOwn)
  const filled: string[] = []
  const value = attemptEach(list.items, warnings, (item, index) => {
    if (item.kind !== 'scalar') throw invalid(item, 'an argument in a list is a plain value, found a list or map')
    requireText(item)
    requireOneReading(item)
    const made = fill(item, variables)
    if (made !== item || item.made?.template !== undefined) filled.push(pointerTo('', String(index)))
    return textOf(made)
  })
  return { kind: 'list', value, ...(filled.length > 0 ? { filled } : {}) }
}

/** A program receives no null, so in a list it would become a word that nobody wrote, or be lost. */
function requireText(item: TreeNode): void {
  if (!isEmpty(item)) return
  if (item.text === '') throw invalid(item, "an argument is empty, write `''` to pass an empty one")
  throw invalid(item, `an argument is ${quote(item.text)}, which is null`, {
    hint: `write \`"${item.text}"\` for the text, or leave it out`,
  })
}

/** Those of a map that only local documents may say. */
export function readOwnArguments(map: Pick<MapNode, 'entries'>, reading: Pick<Reading, 'variables'>): CheckArguments {
  return mapArguments([...map.entries], { ...reading, warnings: { report: throwProblem }, isOwn: true })
}

function fillerOf(isOwn = false): Filler {
  return isOwn ? expandOwn : expand
}

function mapArguments(
  entries: readonly (readonly [string, TreeNode])[],
  {
    variables,
    warnings,
    isOwn,
  }: Pick<Reading, 'variables' | 'isOwn'> & { readonly warnings: Pick<Warnings, 'report'> },
): CheckArguments {
  const fill = fillerOf(isOwn)
  const texts: Record<string, string> = {}
  const filled: string[] = []
  const pairs = attemptEach(entries, warnings, ([key, node]) => {
    if (node.kind === 'list') for (const item of node.items) requireText(item)
    return [key, dataOf(expandAll(node, { variables, fill, texts, filled, pointer: pointerTo('', key) }))]
  })
  return {
    kind: 'map',
    value: Object.fromEntries(pairs) as Record<string, unknown>,
    texts,
    ...(filled.length > 0 ? { filled } : {}),
  }
}

/** Data with its templates filled in. */
export function readData(node: TreeNode, variables: TemplateVariables): unknown {
  return dataOf(expandAll(node, { variables, fill: expand, texts: {}, filled: [], pointer: '' }))
}

type Walk = {
  readonly variables: TemplateVariables
  readonly fill: Filler
  readonly texts: Record<string, string>
  readonly filled: string[]
  readonly pointer: string
}

/** Fills templates in and notes the numbers whose typing would be lost, such as `1.10`. */
function expandAll(node: TreeNode, walk: Walk): TreeNode {
  const below = (key: string, inner: TreeNode) => expandAll(inner, { ...walk, pointer: pointerTo(walk.pointer, key) })
  if (node.kind === 'list') return { ...node, items: node.items.map((item, index) => below(String(index), item)) }
  if (node.kind === 'map')
    return { ...node, entries: new Map([...node.entries].map(([key, inner]) => [key, below(key, inner)])) }
  requireOneReading(node)
  const filled = walk.fill(node, walk.variables)
  const isFilled = filled !== node || node.made?.template !== undefined
  if (isFilled && typeof filled.value === 'string') walk.filled.push(walk.pointer)
  if (typeof filled.value === 'number' && textOf(filled) !== String(filled.value))
    walk.texts[walk.pointer] = textOf(filled)
  return filled
}
