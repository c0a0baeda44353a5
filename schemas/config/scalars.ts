// Plain values of configs, each read strictly: a value of another kind is an error at its line and never a default.
import { quote } from '../quote.ts'
import { parseDuration } from './duration.ts'
import { invalid } from './invalid.ts'
import type { TreeNode } from './tree.ts'
import { isEmpty, textOf } from './tree.ts'

export function readBoolean(node: TreeNode | undefined, key: string, otherwise: boolean): boolean {
  if (isEmpty(node)) return otherwise
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
  throw invalid(node, `\`${key}\` is neither \`true\` nor \`false\``)
}

type Bounds = { readonly min: number; readonly max: number; readonly otherwise: number }

export function readCount(node: TreeNode | undefined, key: string, { min, max, otherwise }: Bounds): number {
  if (isEmpty(node)) return otherwise
  const value = node.kind === 'scalar' ? node.value : undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw invalid(node, `\`${key}\` is no whole number from ${min} to ${max}`)
}

/** Milliseconds; undefined when nothing is written. */
export function readDuration(node: TreeNode | undefined, key: string, { min, max }: Omit<Bounds, 'otherwise'>) {
  if (isEmpty(node)) return undefined
  const text = node.kind === 'scalar' ? textOf(node) : ''
  const found = parseDuration(text)
  if (found === undefined)
    throw invalid(node, `\`${key}\` is no duration, expected for example \`10s\` or \`1m30s\`, found ${quote(text)}`)
  if (found < min || found > max)
    throw invalid(node, `\`${key}\` of ${quote(text)} is not between ${min} ms and ${max} ms`)
  return found
}

export function readTexts(node: TreeNode | undefined, key: string): readonly string[] | undefined {
  if (isEmpty(node)) return undefined
  const items = node.kind === 'list' ? node.items : [node]
  return items.map((item) => {
    if (item.kind === 'scalar' && typeof item.value === 'string' && item.value !== '') return item.value
    throw invalid(item, `\`${key}\` holds something that is no word`)
  })
}
