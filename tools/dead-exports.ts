// Finds what is exported and imported nowhere: a name that only its own file uses needs no `export`, and one that nobody uses
// is dead. So is what octo itself does not use, only its tests. Names are followed through re-exports, so that an index is no user
// by itself.
import { blank, lineAt } from './code-text.ts'
import type { Finding, SourceFile } from './finding.ts'
import { isAllowed } from './finding.ts'
import { SDK_ENTRIES } from './sdk/entries.ts'
import { EVERYTHING, pairsOf, usesOf } from './used-names.ts'

/** What authors of plugins import: nobody here has to. */
const PUBLIC = Object.values(SDK_ENTRIES)
/** They look at octo from outside: what nobody else asks for is not octo's. */
const OUTSIDE = /^(?:test|bench|fuzz)\//
/** Scripts of this repository: tests alone run some of them. */
const SCRIPTS = /^tools\//
const RULE = 'dead-export'

const DECLARED =
  /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|function\*?|class|type|interface|enum)\s+(?:([A-Za-z_$][\w$]*)|\{([^}]*)\})/gm
const LISTED = /^export\s+(?:type\s+)?\{([^}]*)\}/gm

export function findDeadExports(files: readonly SourceFile[]): Finding[] {
  const uses = files.flatMap((file) =>
    usesOf(file).map(({ from, name }) => ({ by: file.path, key: `${from} ${name}` })),
  )
  const everywhere = new Set(uses.map(({ key }) => key))
  const inside = new Set(uses.flatMap(({ by, key }) => (OUTSIDE.test(by) ? [] : key)))
  return files
    .filter(({ path }) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !PUBLIC.includes(path))
    .flatMap(({ path, text }) =>
      exportsOf(blank(text).withoutComments).flatMap(({ name, offset }) => {
        const found = { file: path, line: lineAt(text, offset), rule: RULE }
        if (!isUsed(everywhere, path, name)) return [{ ...found, ...nowhere(name) }]
        const isOurs = OUTSIDE.test(path) || SCRIPTS.test(path) || isUsed(inside, path, name) || isTypeInUse(text, name)
        if (isAllowed(text, found.line, RULE)) return isOurs ? [{ ...found, ...needless(name) }] : []
        return isOurs ? [] : [{ ...found, ...outside(name) }]
      }),
    )
}

function isUsed(used: ReadonlySet<string>, path: string, name: string): boolean {
  return used.has(`${path} ${name}`) || used.has(`${path} ${EVERYTHING}`)
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

function needless(name: string) {
  return { found: `\`${name}\` is no exception`, instead: `take \`// allow(${RULE})\` away` }
}

/** The name of a type that its file says what it takes or gives by is nothing at run time, and a test may need it to do the same. */
function isTypeInUse(text: string, name: string): boolean {
  const code = blank(text).codeOnly
  return (
    new RegExp(`^export\\s+(?:type|interface)\\s+${name}\\b`, 'm').test(code) &&
    (code.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length > 1
  )
}

function nowhere(name: string) {
  return {
    found: `\`${name}\` is exported and imported nowhere`,
    instead: 'take the `export` away where its own file uses it, or all of it',
  }
}

function outside(name: string) {
  return {
    found: `\`${name}\` is asked for by tests alone`,
    instead: `delete it, or have the test ask what octo asks; where nothing else can be asked, \`// allow(${RULE}): reason\``,
  }
}
