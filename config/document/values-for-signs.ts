// Puts values where their signs stand in the tree of a document that a template made: into keys and plain values that its author
// wrote, and nowhere else.
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import type { Value } from '../template/value.ts'
import { invalid } from './invalid.ts'
import type { MadeOf, MapNode, ScalarNode, TreeNode } from './node.ts'
import type { Sign } from './signs.ts'
import { asTyped, signAlone, signsIn, withoutSigns } from './signs.ts'
import { scalarOf } from './template.ts'

type Given = {
  readonly signs: readonly Sign[]
  /** An environment variable that decides what the document holds. */
  readonly variable?: string | undefined
}

type Walk = Given & { readonly texts: Map<string, string> }

/** Throws CONFIG_INVALID for a key that a value makes and that stands there already. */
export function withValues(root: TreeNode, { signs, variable }: Given): TreeNode {
  return valued(root, { signs, texts: new Map(), variable })
}

function valued(node: TreeNode, walk: Walk): TreeNode {
  if (node.kind === 'scalar') return scalar(node, walk)
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => valued(item, walk)) }
  return map(node, walk)
}

function map(node: MapNode, walk: Walk): MapNode {
  const entries = new Map<string, TreeNode>()
  for (const [written, inner] of node.entries) {
    const key = keyOf(written, inner, walk)
    if (entries.has(key)) throw invalid(inner, `the template writes the key ${quote(key)} twice`)
    entries.set(key, valued(inner, walk))
  }
  return { ...node, entries }
}

function keyOf(written: string, at: TreeNode, walk: Walk): string {
  const parts = signsIn(written, walk.signs)
  if (parts.length === 0) return written
  const secret = parts.find(({ variable }) => variable !== undefined)
  if (secret) throw invalid(at, `an environment variable, here ${quote(secret.variable)}, is no key`)
  const alone = signAlone(written, walk.signs)?.value
  const key = alone?.kind === 'string' ? alone.value : withoutSigns(written, walk.signs)
  if (key === '__proto__') throw invalid(at, 'the template writes the key `__proto__`, which is not allowed')
  return key
}

function scalar(node: ScalarNode, walk: Walk): ScalarNode {
  const { signs } = walk
  const written = typeof node.value === 'string' ? node.value : ''
  const parts = signsIn(written, signs)
  const made = madeOf(written, parts, walk)
  if (parts.length === 0) return { ...node, made }
  const alone = node.plain ? signAlone(written, signs) : undefined
  if (alone) return { ...ofValue(alone.value, node), made }
  const text = textOnce(written, walk)
  return { ...node, value: text, text, plain: false, made }
}

function madeOf(written: string, parts: readonly Sign[], walk: Walk): MadeOf {
  const variable = walk.variable ?? parts.find((part) => part.variable !== undefined)?.variable
  return {
    ...(parts.length === 0 ? {} : { template: asTyped(written, walk.signs) }),
    ...omitUndefined({ variable }),
  }
}

function ofValue(value: Value, node: ScalarNode): ScalarNode {
  if (value.kind === 'nil' || value.kind === 'missing') return { ...node, value: null, text: 'null', plain: false }
  return scalarOf(value, node)
}

/** Aliases repeat a value as often as they like, and then share it. */
function textOnce(written: string, { texts, signs }: Walk): string {
  const known = texts.get(written)
  if (known !== undefined) return known
  const text = withoutSigns(written, signs)
  texts.set(written, text)
  return text
}
