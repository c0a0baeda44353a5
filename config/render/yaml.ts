// A config tree as YAML that every reader takes for the same: texts that some read as numbers, dates or booleans stand in
// quotes, and numbers as they were typed. A remark can stand behind each value.
import type { ScalarNode, TreeNode } from '../document/node.ts'

type Line = { readonly text: string; readonly remark?: string | undefined }
/** What stands behind a value, as a comment. */
type Remark = (node: TreeNode) => string | undefined
type Rendering = { readonly remark: Remark }

const MAX_REMARK_COLUMN = 48

/** Block style, ends with a line end; an empty tree is `{}`. */
export function renderYaml(root: TreeNode, remark: Remark = () => undefined): string {
  const lines = linesOf(root, { remark })
  const widths = lines.filter((line) => line.remark !== undefined).map(({ text }) => text.length)
  const column = Math.min(MAX_REMARK_COLUMN, Math.max(0, ...widths))
  return lines.map((line) => `${withRemark(line, column)}\n`).join('')
}

function withRemark({ text, remark }: Line, column: number): string {
  return remark === undefined ? text : `${text.padEnd(column)}  # ${remark}`
}

function linesOf(node: TreeNode, rendering: Rendering): readonly Line[] {
  if (node.kind === 'map' && node.entries.size > 0)
    return [...node.entries].flatMap(([key, value]) => entry(key, value, rendering))
  if (node.kind === 'list' && node.items.length > 0) return node.items.flatMap((item) => listItem(item, rendering))
  return valueLines('', node, rendering)
}

function entry(key: string, value: TreeNode, rendering: Rendering): readonly Line[] {
  const name = keyText(key)
  if (isLeaf(value)) return valueLines(`${name}: `, value, rendering)
  return [{ text: `${name}:` }, ...indented(linesOf(value, rendering))]
}

/** The first line of what is in a list stands behind the dash. */
function listItem(item: TreeNode, rendering: Rendering): readonly Line[] {
  if (isLeaf(item)) return valueLines('- ', item, rendering)
  const [first, ...rest] = linesOf(item, rendering)
  return [{ ...first, text: `- ${first?.text ?? ''}` }, ...indented(rest)]
}

function isLeaf(node: TreeNode): boolean {
  if (node.kind === 'scalar') return true
  return (node.kind === 'map' ? node.entries.size : node.items.length) === 0
}

function valueLines(before: string, node: TreeNode, { remark }: Rendering): readonly Line[] {
  const said = remark(node)
  if (node.kind !== 'scalar') return [{ text: `${before}${node.kind === 'map' ? '{}' : '[]'}`, remark: said }]
  const block = blockOf(node)
  if (!block) return [{ text: `${before}${scalarText(node)}`, remark: said }]
  return [{ text: `${before}${block.head}`, remark: said }, ...indented(block.lines.map((text) => ({ text })))]
}

function indented(lines: readonly Line[]): readonly Line[] {
  return lines.map((line) => ({ ...line, text: line.text === '' ? '' : `  ${line.text}` }))
}

/** Texts of several lines as they are, where nothing in them needs to be written otherwise. */
function blockOf({ value }: ScalarNode) {
  if (typeof value !== 'string' || !value.includes('\n') || UNPRINTABLE.test(value) || /^[\s]/.test(value))
    return undefined
  const ends = /\n*$/.exec(value)?.[0].length ?? 0
  const head = ends === 0 ? '|-' : ends === 1 ? '|' : '|+'
  return { head, lines: (ends === 0 ? value : value.slice(0, -1)).split('\n') }
}

function keyText(key: string): string {
  return isPlain(key) ? key : quoted(key)
}

function scalarText({ value, text, plain }: ScalarNode): string {
  if (typeof value === 'string') return isPlain(value) || (plain && isOneWord(value)) ? value : quoted(value)
  if (typeof value !== 'number') return String(value)
  return /^[-+.\w]+$/.test(text) ? text : String(value)
}

/** Such as `yes`, which octo reads as `true` where it stands without quotes. */
function isOneWord(text: string): boolean {
  return /^[A-Za-z]+$/.test(text)
}

const PLAIN = /^[A-Za-z_./][\w./@+-]*(?::(?=[^\s:])[\w./@+=&?%-]*)*(?: [\w./@+(),-]+)*$/
const MEASURE = /^[1-9]\d*(?:ms|s|m|h|d|[kmgt]i?b?)$/i
/** To YAML 1.1 or 1.2 these are booleans, nulls, numbers or merge keys. */
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n|~|[.](?:inf|nan)|[-+.\d][-+.\deE_]*|<<|=)$/i

/** Whether a text without quotes is the same text to everybody. */
function isPlain(text: string): boolean {
  return (PLAIN.test(text) || MEASURE.test(text)) && !RESERVED.test(text)
}

const UNPRINTABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/

/** JSON's strings are YAML's, but for what YAML does not allow as it is. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
