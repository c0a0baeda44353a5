// A config tree for a screen: secrets are `***`, alone or in a longer text.

import type { ScalarNode, TreeNode } from '../document/node.ts'
import type { EffectiveTree } from '../model/effective-tree.ts'
import { HIDDEN, withoutSecrets } from '../model/named-secrets.ts'

type Hidden = { readonly root: TreeNode; readonly templates: EffectiveTree['templates'] }

/** The same tree without them; templates are found under the nodes of the new one. */
export function hideSecrets(root: TreeNode, { secrets, templates }: EffectiveTree): Hidden {
  const shown = new Map<TreeNode, string>()
  const keep = <Node extends TreeNode>(from: TreeNode, to: Node): Node => {
    const template = templates.get(from)
    if (template !== undefined) shown.set(to, template)
    return to
  }
  const hide = (node: TreeNode): TreeNode => {
    if (node.kind === 'map')
      return { ...node, entries: new Map([...node.entries].map(([key, inner]) => [key, hide(inner)])) }
    if (node.kind === 'list') return { ...node, items: node.items.map(hide) }
    return keep(node, hiddenScalar(node, secrets))
  }
  return { root: hide(root), templates: shown }
}

/** One value as it may be shown. */
export function hiddenScalar(node: ScalarNode, secrets: EffectiveTree['secrets']): ScalarNode {
  return secrets.has(node) ? asText(node, HIDDEN) : withPartsHidden(node)
}

function withPartsHidden(node: ScalarNode): ScalarNode {
  if (typeof node.value !== 'string') return node
  const text = withoutSecrets(node.value)
  return text === node.value ? node : asText(node, text)
}

function asText(node: ScalarNode, value: string): ScalarNode {
  return { ...node, value, text: value, plain: false }
}
