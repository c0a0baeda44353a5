// `prompts:`: values that a person is asked for, for templates of local documents as `{{.env.VAR}}`. They are never stored.
// Only local documents ask: whoever serves a document could otherwise ask for a password in the name of the project.
import { quote } from '../../schemas/quote.ts'
import { fieldOf, itemsOf } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { isEmpty, isRemote, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import { refused } from '../document/refused.ts'
import type { Warnings } from '../document/warnings.ts'
import { attempt } from '../document/warnings.ts'

const TYPES = ['text', 'password', 'confirm', 'select'] as const

export type Prompt = {
  /** What the person is asked. */
  readonly name: string
  readonly variable: string
  readonly type: (typeof TYPES)[number]
  /** What `select` lets choose from; empty for the others. */
  readonly options: readonly string[]
  readonly node: TreeNode
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
const MAX_PROMPTS = 32
const MAX_OPTIONS = 100

/** Reads `octoctl.prompts` and `operator.prompts`; throws CONFIG_INVALID. */
export function readPrompts(local: TreeNode | undefined, warnings: Pick<Warnings, 'report'>): readonly Prompt[] {
  const items = [
    ...itemsOf(fieldOf(fieldOf(local, 'config', 'octoctl'), 'octoctl', 'prompts')),
    ...itemsOf(fieldOf(fieldOf(local, 'config', 'operator'), 'operator', 'prompts')),
  ]
  const prompts = new Map<string, Prompt>()
  for (const item of items)
    attempt(warnings, () => {
      const prompt = readPrompt(item)
      if (prompts.has(prompt.variable)) throw invalid(item, `variable ${quote(prompt.variable)} is asked for twice`)
      if (prompts.size >= MAX_PROMPTS) throw invalid(item, `more than ${MAX_PROMPTS} prompts`)
      prompts.set(prompt.variable, prompt)
    })
  return [...prompts.values()]
}

function readPrompt(node: TreeNode): Prompt {
  // The table keeps fetched documents from asking; this is asked once more.
  if (isRemote(node)) throw refused(node, 'ask for values')
  if (node.kind !== 'map') throw invalid(node, 'a prompt is a map with `name` and `var`')
  const variable = textAt(node, 'var')
  if (variable === undefined || !VARIABLE.test(variable))
    throw invalid(fieldOf(node, 'prompt', 'var') ?? node, 'a prompt has no `var`, expected the name of a variable', {
      hint: 'write `{name: Password of the vault, type: password, var: VAULT_PASSWORD}`',
    })
  const type = typeOf(node)
  const options = optionsOf(node)
  if ((type === 'select') !== options.length > 0)
    throw invalid(
      node,
      type === 'select' ? '`select` has no `options` to choose from' : '`options` are for `select` only',
    )
  return { name: textAt(node, 'name') ?? variable, variable, type, options, node }
}

function typeOf(node: TreeNode): Prompt['type'] {
  const written = textAt(node, 'type') ?? 'text'
  const type = TYPES.find((known) => known === written)
  if (type) return type
  throw invalid(
    fieldOf(node, 'prompt', 'type') ?? node,
    `${quote(written)} is no type, expected ${TYPES.map(quote).join(', ')}`,
  )
}

function optionsOf(node: TreeNode): readonly string[] {
  const items = itemsOf(fieldOf(node, 'prompt', 'options'))
  if (items.length > MAX_OPTIONS) throw invalid(node, `more than ${MAX_OPTIONS} options`)
  return items.map((item) => {
    requireOneReading(item)
    if (item.kind !== 'scalar' || isEmpty(item)) throw invalid(item, 'an option is no plain text')
    return textOf(item)
  })
}

function textAt(node: TreeNode, key: 'name' | 'var' | 'type'): string | undefined {
  const value = fieldOf(node, 'prompt', key)
  if (isEmpty(value)) return undefined
  requireOneReading(value)
  if (value.kind === 'scalar') return textOf(value)
  throw invalid(value, `\`${key}\` is no plain text`)
}
