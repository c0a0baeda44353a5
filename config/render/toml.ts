// A config tree as TOML: values of a table before the tables below it, so that every reader takes it for the same. TOML has
// no null, and a document is always a table: what cannot be said is refused by its path and place, and never left out.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { showPlace } from '../document/invalid.ts'
import type { ListNode, MapNode, ScalarNode, TreeNode } from '../document/node.ts'
import { exactPlaceOf } from '../document/node.ts'

/** What stands behind a value, as a comment. */
type Remark = (node: TreeNode) => string | undefined
type Path = readonly string[]

/** Throws CONFIG_INVALID for a null, a number that TOML does not hold, and anything but a map at the top. */
export function renderToml(root: TreeNode, remark: Remark = () => undefined): string {
  if (root.kind !== 'map')
    throw inexpressible(root, [], `a TOML document is a table, found ${root.kind === 'list' ? 'a list' : 'one value'}`)
  const lines = tableLines(root, [], remark)
  return `${lines.join('\n').replace(/^\n/, '')}\n`
}

function tableLines(table: MapNode, path: Path, remark: Remark): readonly string[] {
  const entries = [...table.entries].map(([key, node]) => ({ key, node, path: [...path, key] }))
  const values = entries.filter(({ node }) => !isTable(node) && !isTables(node))
  return [
    ...values.flatMap((entry) => pairLines(entry.key, entry.node, entry.path, remark)),
    ...entries.flatMap((entry) => belowLines(entry.node, entry.path, remark)),
  ]
}

function belowLines(node: TreeNode, path: Path, remark: Remark): readonly string[] {
  const name = path.map(keyText).join('.')
  if (isTable(node)) {
    const lines = tableLines(node, path, remark)
    // The heading of a table that holds nothing but tables says nothing that these do not.
    return lines[0]?.trim() === '' ? lines : ['', `[${name}]`, ...lines]
  }
  if (!isTables(node)) return []
  return node.items.flatMap((item) => ['', `[[${name}]]`, ...tableLines(item as MapNode, path, remark)])
}

/** An empty map is written inline, as its place is remarked on like a value's. */
function isTable(node: TreeNode): node is MapNode {
  return node.kind === 'map' && node.entries.size > 0
}

function isTables(node: TreeNode): node is ListNode {
  return node.kind === 'list' && node.items.length > 0 && node.items.every(isTable)
}

function pairLines(key: string, node: TreeNode, path: Path, remark: Remark): readonly string[] {
  const name = keyText(key)
  if (node.kind !== 'list' || node.items.length === 0)
    return [withRemark(`${name} = ${inline(node, path)}`, node, remark)]
  const items = node.items.map((item, index) =>
    withRemark(`  ${inline(item, [...path, String(index)])},`, item, remark),
  )
  return [`${name} = [`, ...items, ']']
}

function withRemark(line: string, node: TreeNode, remark: Remark): string {
  const said = remark(node)
  return said === undefined ? line : `${line}  # ${said}`
}

function inline(node: TreeNode, path: Path): string {
  if (node.kind === 'scalar') return scalarText(node, path)
  if (node.kind === 'list')
    return `[${node.items.map((item, index) => inline(item, [...path, String(index)])).join(', ')}]`
  if (node.entries.size === 0) return '{}'
  const pairs = [...node.entries].map(([key, inner]) => `${keyText(key)} = ${inline(inner, [...path, key])}`)
  return `{ ${pairs.join(', ')} }`
}

/** Numbers as they were typed where TOML reads them as the same number. */
const SAME_NUMBER = /^[-+]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/

function scalarText(node: ScalarNode, path: Path): string {
  const { value, text } = node
  if (value === null) throw inexpressible(node, path, 'is null, and TOML has none')
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'boolean') return String(value)
  const typed = SAME_NUMBER.test(text) && Number(text) === value ? text : String(value)
  // Readers take a whole number for one of 64 bits, and those of JavaScript for one of 53.
  const isKept = Number.isFinite(value) && (/[.eE]/.test(typed) || Number.isSafeInteger(value))
  if (!isKept) throw inexpressible(node, path, `is the number ${quote(text)}, which not every reader of TOML keeps`)
  return typed
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key)
}

/** JSON's strings are TOML's, but for two escapes that it lacks or demands. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\x9f\u2028\u2029\ufeff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function inexpressible(node: TreeNode, path: Path, problem: string): Error {
  const place = exactPlaceOf(node)
  const what = path.length === 0 ? '' : `${quote(path.join('.'))} `
  return coded('CONFIG_INVALID', {
    place: showPlace(place),
    message: `${what}${problem}`,
    details: { ...place, path: path.join('.') },
    hint: 'show it with `--format yaml` or `--format json`',
  })
}
