// `${NAME}` of Compose and shells is filled in by nobody here; whoever wrote it expects that it is.
import { printable, quote } from '../../schemas/quote.ts'
import { warningAt } from './invalid.ts'
import type { TreeNode } from './node.ts'
import { isRemote, isText } from './node.ts'
import type { Warnings } from './warnings.ts'

/** `$$` is how Compose writes one dollar that stays. */
const VARIABLE = /(?<!\$)\$(?:\{([A-Za-z_][A-Za-z0-9_]*)[^{}]{0,200}\}|([A-Za-z_][A-Za-z0-9_]*))/

/** One warning for each text below a node that holds one. */
export function noteShellVariables(node: TreeNode, warnings: Warnings): void {
  if (node.kind === 'list') for (const item of node.items) noteShellVariables(item, warnings)
  if (node.kind === 'map') for (const child of node.entries.values()) noteShellVariables(child, warnings)
  const [found, braced, bare] = isText(node) ? (VARIABLE.exec(node.value) ?? []) : []
  if (found !== undefined)
    warnings.add(() => warningAt(node, `${quote(found)} stays as it is${instead(node, braced ?? bare)}`))
}

function instead(node: TreeNode, name = 'NAME'): string {
  if (isRemote(node)) return ', a document from elsewhere reads no environment variables'
  return `, octo fills in \`{{.env.${printable(name)}}}\``
}
