// Finds what is exported and imported nowhere: a name that only its own file uses needs no `export`, and one that nobody uses
// is dead. Names are followed through re-exports, so that an index is no user by itself.
import { posix } from 'node:path'
import { blank, lineAt } from './code-text.ts'
import type { Finding, SourceFile } from './finding.ts'

/** What authors of plugins import: nobody here has to. */
const PUBLIC = ['sdk/']
const EVERYTHING = '*'

type Names = { readonly from: string; readonly names: readonly { readonly name: string; readonly as: string }[] }

const DECLARED =
  /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|function\*?|class|type|interface|enum)\s+(?:([A-Za-z_$][\w$]*)|\{([^}]*)\})/gm
const LISTED = /^export\s+(?:type\s+)?\{([^}]*)\}/gm
const IMPORTED =
  /^\s*(?:import|export)\s+(?:type\s+)?(?:[A-Za-z_$][\w$]*\s*,\s*)?(?:\{([^}]*)\}|\*(?:\s+as\s+[\w$]+)?)\s*from\s*(['"])([^'"\n]+)\2/gm
const LOADED = /\b(?:import|require)\s*\(\s*(['"])(\.[^'"\n]+)\1/g

export function findDeadExports(files: readonly SourceFile[]): Finding[] {
  const code = files.map((file) => ({ ...file, ...blank(file.text) }))
  const used = new Set(code.flatMap((file) => usesOf(file.path, file.withoutComments).flatMap(keysOf)))
  return code
    .filter(
      ({ path }) =>
        path.endsWith('.ts') && !path.endsWith('.d.ts') && !PUBLIC.some((folder) => path.startsWith(folder)),
    )
    .flatMap(({ path, text, withoutComments }) =>
      exportsOf(withoutComments)
        .filter(({ name }) => !used.has(`${path} ${name}`) && !used.has(`${path} ${EVERYTHING}`))
        .map(({ name, offset }) => finding(path, lineAt(text, offset), name)),
    )
}

type Export = { readonly name: string; readonly offset: number }

function exportsOf(code: string): Export[] {
  const declared = [...code.matchAll(DECLARED)].flatMap(({ 1: name, 2: pattern, index }) =>
    (name === undefined ? boundNames(pattern) : [name]).map((each) => ({ name: each, offset: index })),
  )
  const listed = [...code.matchAll(LISTED)].flatMap(({ 1: list, index }) =>
    pairsOf(list).map(({ as }) => ({ name: as, offset: index })),
  )
  return [...declared, ...listed]
}

/** Names of `export const { a, b: c } = …`. */
function boundNames(pattern = ''): string[] {
  return pattern.split(',').flatMap((part) => part.split(':').at(-1)?.trim() || [])
}

function usesOf(path: string, code: string): Names[] {
  const imported = [...code.matchAll(IMPORTED)].map(([, list, , specifier = '']) => {
    const isAll = list === undefined
    return { from: targetOf(path, specifier), names: isAll ? [{ name: EVERYTHING, as: EVERYTHING }] : pairsOf(list) }
  })
  const loaded = [...code.matchAll(LOADED)].map(([, , specifier = '']) => ({
    from: targetOf(path, specifier),
    names: [{ name: EVERYTHING, as: EVERYTHING }],
  }))
  return [...imported, ...loaded]
}

function keysOf({ from, names }: Names): string[] {
  return names.map(({ name }) => `${from} ${name}`)
}

/** `a, type b, c as d` */
function pairsOf(list = ''): { name: string; as: string }[] {
  return list
    .split(',')
    .map((part) => part.trim().replace(/^type\s+/, ''))
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', as = name] = part.split(/\s+as\s+/)
      return { name, as }
    })
}

function targetOf(path: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier
}

function finding(file: string, line: number, name: string): Finding {
  return {
    file,
    line,
    rule: 'dead export',
    found: `\`${name}\` is exported and imported nowhere`,
    instead: 'take the `export` away where its own file uses it, or all of it',
  }
}
