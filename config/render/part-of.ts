// The part of a config that a path such as `services.web.ports.0` names.
import { coded } from '../../schemas/errors.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import type { TreeNode } from '../document/node.ts'

type Found = { readonly node: TreeNode; readonly path: readonly string[] }

/** Keys with dots in them are found too; throws NOT_FOUND with the nearest name. */
export function partOf(root: TreeNode, path: string): TreeNode {
  const words = path.split('.')
  let found: Found = { node: root, path: [] }
  for (let at = 0; at < words.length; ) {
    const taken = words.length - at
    const length = Array.from({ length: taken }, (_, index) => index + 1).find((count) =>
      childOf(found.node, words.slice(at, at + count).join('.')),
    )
    if (length === undefined) throw notThere(found, words.slice(at))
    const key = words.slice(at, at + length).join('.')
    found = { node: childOf(found.node, key) as TreeNode, path: [...found.path, key] }
    at += length
  }
  return found.node
}

function childOf(node: TreeNode, key: string): TreeNode | undefined {
  if (node.kind === 'map') return node.entries.get(key)
  return node.kind === 'list' && /^(?:0|[1-9]\d{0,8})$/.test(key) ? node.items[Number(key)] : undefined
}

function notThere({ node, path }: Found, [missing = '']: readonly string[]): Error {
  const known =
    node.kind === 'map' ? [...node.entries.keys()] : node.kind === 'list' ? [...node.items.keys()].map(String) : []
  const nearest = node.kind === 'map' ? nearestWord(missing, known) : undefined
  const meant = nearest === undefined ? '' : `, did you mean ${quote([...path, nearest].join('.'))}?`
  const where = path.length === 0 ? 'the config' : quote(path.join('.'))
  return coded('NOT_FOUND', {
    message: `there is no ${quote(missing)} in ${where}${meant}`,
    details: { path: [...path, missing].join('.'), known: known.slice(0, 50) },
    hint:
      path.length === 0
        ? '`octo config show` shows what is there'
        : `\`octo config show ${shellWord(path.join('.'))}\` shows what is there`,
  })
}
