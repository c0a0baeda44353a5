// Checks every import against the import table, and the files for circles.
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { blank, lineAt } from './code-text.ts'
import type { Finding, SourceFile } from './finding.ts'
import { findCircles } from './import-circles.ts'
import type { PartRule } from './import-table.ts'
import { IMPORT_TABLE, PRIVATE_PARTS } from './import-table.ts'

type Import = { readonly specifier: string; readonly line: number }

// `… from 'x'` of import and export, `import 'x'`, `import('x')`, `require('x')`.
const IMPORT =
  /(?:^[^\S\n]*(?:import|export)\b[^'"`;=]*?\bfrom\s*|^[^\S\n]*import\s*|\bimport\s*\(\s*|\brequire\s*\(\s*)(['"])([^'"\n]+)\1/gm

export function checkImports(files: readonly SourceFile[], declaredPackages: ReadonlySet<string>): Finding[] {
  const imports = new Map(files.map((file) => [file.path, importsOf(file)]))
  const findings = files.flatMap((file) =>
    (imports.get(file.path) ?? []).flatMap((found) => checkImport(file.path, found, declaredPackages)),
  )
  const edges = new Map(
    [...imports].map(([path, found]) => [path, found.flatMap(({ specifier }) => targetOf(path, specifier) ?? [])]),
  )
  return [...findings, ...findCircles(edges)]
}

export function importsOf({ text }: SourceFile): Import[] {
  const { withoutComments, codeOnly } = blank(text)
  return [...withoutComments.matchAll(IMPORT)]
    .filter((match) => isCode(match, codeOnly))
    .map((match) => ({ specifier: match[2] ?? '', line: lineAt(text, match.index) }))
}

/** An import that stands in a string, as the text of another program, is not ours. */
function isCode(match: RegExpExecArray, codeOnly: string): boolean {
  return codeOnly[match.index + match[0].search(/\S/)] !== ' '
}

/** The part with the longest name that the path lies in; a name ending in `.ts` is that file. */
export function partOf(path: string): string | undefined {
  return Object.keys(IMPORT_TABLE)
    .filter((part) => path === part || path.startsWith(`${part}/`))
    .sort((a, b) => b.length - a.length)[0]
}

function checkImport(path: string, { specifier, line }: Import, declared: ReadonlySet<string>): Finding[] {
  const part = partOf(path)
  if (part === undefined) return [unknownPart(path)]
  const rule = IMPORT_TABLE[part] as PartRule
  const problem = specifier.startsWith('.')
    ? deniedFile(part, rule, targetOf(path, specifier) ?? specifier)
    : deniedModule(rule, specifier, declared)
  if (!problem) return []
  return [{ file: path, line, rule: 'import', found: `${part} imports \`${specifier}\``, instead: problem }]
}

function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined
}

function deniedFile(part: string, rule: PartRule, target: string): string | undefined {
  const targetPart = partOf(target)
  if (targetPart === part || target === 'package.json') return undefined
  if (targetPart === undefined) return `\`${target}\` belongs to no part: move it into one`
  const owners = PRIVATE_PARTS[targetPart]
  if (owners && !owners.includes(part))
    return `nothing may depend on \`${targetPart}\`: move the shared piece to the part that owns the idea`
  const allowed = rule.parts.some((entry) => entry === '*' || entry === target || entry === targetPart)
  return allowed ? undefined : rule.instead
}

function deniedModule(rule: PartRule, specifier: string, declared: ReadonlySet<string>): string | undefined {
  if (specifier.startsWith('node:'))
    return !rule.builtins || rule.builtins.includes(specifier) ? undefined : rule.instead
  if (rule.isForOldNodes && isBuiltin(specifier)) return undefined
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  if (!declared.has(name))
    return `declare \`${name}\` in package.json with an exact version, or write \`node:${name}\` for Node's own module`
  return !rule.packages || rule.packages.includes(name) ? undefined : rule.instead
}

function unknownPart(path: string): Finding {
  const instead = 'move the file into a part, or add its part to tools/import-table.ts with what it may import'
  return { file: path, line: 1, rule: 'import', found: 'the file lies in no part of the import table', instead }
}
