// Every text in the source that tells people what to type, with samples in place of what is filled in.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Node } from 'acorn'
import { parse } from 'acorn'
import { transformSync } from 'esbuild'
import { IMPORT_TABLE } from '../../../tools/import-table.ts'
import { sourceFiles } from '../../../tools/source-files.ts'

type Advice = { readonly file: string; readonly text: string; readonly isHint: boolean }

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const NOT_THE_PRODUCT = ['test', 'tools', 'bench', 'fuzz', 'examples', 'bin']
const PRODUCT = new RegExp(`^(${productFolders().join('|')})/|^\\w+\\.ts$`)

/** What a template fills in where a plain word would not be a command line. */
const SAMPLES: Readonly<Record<string, string>> = { action: 'yank', nearest: 'lock', reason: 'why' }

function productFolders(): readonly string[] {
  const folders = new Set(Object.keys(IMPORT_TABLE).map((part) => part.split('/', 1)[0] ?? ''))
  return [...folders].filter((folder) => !folder.includes('.') && !NOT_THE_PRODUCT.includes(folder))
}

export function allAdvice(): readonly Advice[] {
  const files = sourceFiles(ROOT)
    .map(({ path }) => path)
    .filter((path) => PRODUCT.test(path) && path.endsWith('.ts'))
  return files.flatMap((file) => {
    const source = readFileSync(`${ROOT}${file}`, 'utf8')
    // Two of three say neither, and parsing them takes longest.
    return /\bhint\b|`octo /.test(source) ? adviceIn(file, source) : []
  })
}

export function adviceIn(file: string, source: string): readonly Advice[] {
  const { code } = transformSync(source, { loader: 'ts', target: 'esnext' })
  const found: Advice[] = []
  visit(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), false)
  return found

  function visit(node: unknown, isHint: boolean): void {
    if (Array.isArray(node)) for (const child of node) visit(child, isHint)
    if (typeof node !== 'object' || node === null || !('type' in node)) return
    const inner = node as Node & Record<string, unknown>
    const text = textOf(inner)
    if (text !== undefined && (isHint || text.includes('`octo '))) found.push({ file, text, isHint })
    const hint = isHint || isHintProperty(inner)
    for (const [key, child] of Object.entries(inner)) if (key !== 'key' && key !== 'test') visit(child, hint)
  }

  function textOf(node: Node & Record<string, unknown>): string | undefined {
    if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined
    if (node.type !== 'TemplateLiteral') return undefined
    const quasis = node.quasis as readonly { value: { cooked: string } }[]
    const expressions = node.expressions as readonly Node[]
    return quasis
      .map(({ value }, index) => {
        const expression = expressions[index]
        return value.cooked + (expression ? sampleOf(code.slice(expression.start, expression.end)) : '')
      })
      .join('')
  }
}

function isHintProperty(node: Record<string, unknown>): boolean {
  const key = node.key as { name?: string } | undefined
  return node.type === 'Property' && key?.name === 'hint'
}

function sampleOf(expression: string): string {
  return SAMPLES[expression] ?? (expression.startsWith('words') ? 'lock' : 'sample')
}

/** The command lines between backticks. */
export function commandsIn(text: string): readonly string[] {
  return [...text.matchAll(/`((?:[A-Z_]+=\S+ )*octo [^`]+)`/g)].map((match) => match[1] ?? '')
}

/** The text without what stands between backticks. */
export function proseOf(text: string): string {
  return text.replace(/`[^`]*`/g, '')
}
