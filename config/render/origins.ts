// Where each value of a config was written, as a remark for people and as data for machines.
import { relative } from 'node:path'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable } from '../../schemas/quote.ts'
import type { Place, TreeNode } from '../document/node.ts'
import { dataOf, exactPlaceOf } from '../document/node.ts'

export type Origins = {
  /** Paths below it are shown from here. */
  readonly cwd: string
  /** The text of the template, by the value that was made of it. */
  readonly templates: ReadonlyMap<TreeNode, string>
}

/** `octo.yaml:12`, with the template that the value was made of. */
export function originRemark(node: TreeNode, { cwd, templates }: Origins): string {
  const { file, line } = exactPlaceOf(node)
  const template = templates.get(node)
  return printable(`${shownFile(file, cwd)}:${line}${template === undefined ? '' : ` by ${template}`}`, 200)
}

type ValueWithOrigin = { readonly value: unknown; readonly origin: Place; readonly template?: string }

/** Plain data with `{value, origin}` in place of every value, and of every empty map and list. */
export function dataWithOrigins(node: TreeNode, origins: Origins): unknown {
  if (node.kind === 'list' && node.items.length > 0) return node.items.map((item) => dataWithOrigins(item, origins))
  if (node.kind === 'map' && node.entries.size > 0)
    return Object.fromEntries([...node.entries].map(([key, value]) => [key, dataWithOrigins(value, origins)]))
  return withOrigin(node, origins)
}

function withOrigin(node: TreeNode, { cwd, templates }: Origins): ValueWithOrigin {
  const template = templates.get(node)
  const { file, ...place } = exactPlaceOf(node)
  return {
    value: dataOf(node),
    origin: { file: shownFile(file, cwd), ...place },
    ...omitUndefined({ template }),
  }
}

/** Relative where that is shorter. */
export function shownFile(file: string, cwd: string): string {
  if (!file.startsWith('/') && !/^[A-Za-z]:\\/.test(file)) return file
  const below = relative(cwd, file)
  return below.startsWith('..') ? file : below
}
