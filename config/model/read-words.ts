// A command as its words. Compose splits a text as a shell would; only where no two readings are possible is it taken here.
import { quote } from '../../schemas/quote.ts'
import { valueFound } from '../document/found.ts'
import { invalid } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { isEmpty, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import type { TemplateVariables } from '../document/template.ts'
import { expandOwn } from '../document/template.ts'

const MAX_WORDS = 1000

/** A program and its words; throws CONFIG_INVALID. */
export function readWords(node: TreeNode, key: string, variables: TemplateVariables): readonly [string, ...string[]] {
  const words = node.kind === 'list' ? readWordList(node, key, variables) : plainWords(node, key)
  const [program, ...rest] = words
  if (program === undefined || program === '')
    throw invalid(node, `${quote(key)} is empty, expected a program and its words`)
  return [program, ...rest]
}

/** Words alone, of which there may be none. */
export function readWordList(
  node: Extract<TreeNode, { kind: 'list' }>,
  key: string,
  variables: TemplateVariables,
): string[] {
  if (new Set(node.items.map(({ origin }) => origin.source)).size > 1)
    throw invalid(node, `${quote(key)} is said by two documents, which would become one list of words`)
  if (node.items.length > MAX_WORDS) throw invalid(node, `${quote(key)} has more than ${MAX_WORDS} words`)
  return node.items.map((item) => {
    if (item.kind !== 'scalar' || isEmpty(item)) throw invalid(item, `a word of ${quote(key)} is no plain value`)
    requireOneReading(item)
    return textOf(expandOwn(item, variables))
  })
}

function plainWords(node: TreeNode, key: string): string[] {
  const text = node.kind === 'scalar' ? textOf(node) : ''
  if (node.kind === 'scalar' && /^[\w ./:=@%+,-]+$/.test(text)) return text.split(/ +/).filter(Boolean)
  throw invalid(node, `${quote(key)} is no list of words, found ${valueFound(node)}`, {
    hint: `write it as a list: \`${key}: [/usr/bin/program, --word]\`; octo starts no shell`,
  })
}
