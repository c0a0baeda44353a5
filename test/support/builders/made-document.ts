// A document whose text is a template, filled in with values of a local one.
import type { ConfigSource, TreeNode } from '../../../config/document/node.ts'
import { parseTree } from '../../../config/document/node.ts'
import { templateBudget } from '../../../config/document/template.ts'
import { parseTemplateTree } from '../../../config/document/template-document.ts'

export const LOCAL: ConfigSource = { name: '/x/octo.yaml', remote: false }

type Made = {
  readonly values?: TreeNode | string
  readonly env?: Record<string, string>
  readonly source?: ConfigSource
}

export function made(text: string, { values = '{}', env = {}, source = LOCAL }: Made = {}): TreeNode {
  const root = typeof values === 'string' ? parseTree(values, LOCAL) : values
  const variables = { root, env, os: 'linux', arch: 'amd64', budget: templateBudget() }
  return parseTemplateTree(text, source, variables).root
}
