// Plain values of configs, each read strictly: a value of another kind is an error at its line and never a default.
import { parseDuration } from '../../schemas/duration.ts'
import { quote } from '../../schemas/quote.ts'
import { shownDuration } from '../../schemas/shown-duration.ts'
import { valueFound } from './found.ts'
import { invalid } from './invalid.ts'
import type { TreeNode } from './node.ts'
import { isEmpty, isText, textOf } from './node.ts'
import { requireOneReading } from './one-reading.ts'

/** The words of YAML 1.1 are read where a yes or no is expected, as Compose and octoctl read them. */
const WORDS: ReadonlyMap<string, boolean> = new Map(
  Object.entries({ yes: true, on: true, no: false, off: false }).flatMap(([word, value]) =>
    [word, word.toUpperCase(), `${word[0]?.toUpperCase()}${word.slice(1)}`].map((spelled) => [spelled, value] as const),
  ),
)

export function readBoolean(node: TreeNode | undefined, key: string, otherwise: boolean): boolean {
  if (isEmpty(node)) return otherwise
  const word = node.kind === 'scalar' && node.plain ? WORDS.get(node.text) : undefined
  const value = node.kind === 'scalar' && typeof node.value === 'boolean' ? node.value : word
  if (value !== undefined) return value
  throw invalid(node, `\`${key}\` is neither \`true\` nor \`false\`, found ${valueFound(node)}`, noTemplate(node))
}

type Bounds = { readonly min: number; readonly max: number; readonly otherwise: number }

export function readCount(node: TreeNode | undefined, key: string, { min, max, otherwise }: Bounds): number {
  if (isEmpty(node)) return otherwise
  const value = node.kind === 'scalar' ? node.value : undefined
  requireOneReading(node)
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw invalid(
    node,
    `\`${key}\` is no whole number from ${min} to ${max}, found ${valueFound(node)}`,
    noTemplate(node),
  )
}

/** Only arguments and addresses hold templates. */
function noTemplate(node: TreeNode): { readonly hint?: string } {
  const isTemplate = node.kind === 'scalar' && /\{\{|\$[{A-Za-z_]/.test(String(node.value))
  return isTemplate ? { hint: 'write the value itself: templates are filled in in `args` and `url` only' } : {}
}

/** Milliseconds; undefined when nothing is written. */
export function readDuration(node: TreeNode | undefined, key: string, { min, max }: Omit<Bounds, 'otherwise'>) {
  if (isEmpty(node)) return undefined
  requireOneReading(node)
  const text = node.kind === 'scalar' ? textOf(node) : ''
  const found = parseDuration(text)
  if (found === undefined)
    throw invalid(
      node,
      `\`${key}\` is no duration, expected for example \`10s\` or \`1m30s\`, found ${valueFound(node)}`,
      noTemplate(node),
    )
  if (found < min || found > max)
    throw invalid(node, `\`${key}\` of ${quote(text)} is not between ${shownDuration(min)} and ${shownDuration(max)}`)
  return found
}

const WORD = /^[A-Za-z0-9][\w.-]*$/

export function readTexts(node: TreeNode | undefined, key: string): readonly string[] | undefined {
  if (isEmpty(node)) return undefined
  const items = node.kind === 'list' ? node.items : [node]
  if (items.length === 0) throw invalid(node, `\`${key}\` is an empty list, leave it out instead`)
  return items.map((item) => {
    requireOneReading(item)
    if (isText(item) && WORD.test(item.value)) return item.value
    throw invalid(item, `\`${key}\` holds something that is no word, found ${valueFound(item)}`, noTemplate(item))
  })
}
