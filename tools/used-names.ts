// Which names a file takes of which others: by `import` and `export … from`, and of what it loads when it is needed, the names
// that it takes apart or asks for. A whole that goes somewhere else may be asked for any of its names.
import { posix } from 'node:path'
import { blank } from './code-text.ts'
import type { SourceFile } from './finding.ts'

export const EVERYTHING = '*'

/** How far what takes something of a call stands from it, at most. */
const REACH = 2000

/** `name` of the file `from`. */
type Use = { readonly from: string; readonly name: string }

const IMPORTED =
  /^[^\S\n]*(?:import|export)\s+(?:type\s+)?(?:[A-Za-z_$][\w$]*\s*,\s*)?(?:\{([^}]*)\}|\*(?:\s+as\s+([\w$]+))?)\s*from\s*(['"])([^'"\n]+)\3/gm
const LOADED = /\b(?:import|require)\s*\(\s*(['"])(\.[^'"\n]+)\1\s*,?\s*\)/g

export function usesOf({ path, text }: SourceFile): Use[] {
  const { withoutComments: code, codeOnly } = blank(text)
  const targetOf = (specifier: string) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier
  const isCode = ({ 0: found, index }: RegExpExecArray) => codeOnly[index + found.search(/\S/)] !== ' '
  const imported = [...code.matchAll(IMPORTED)]
    .filter(isCode)
    .flatMap(({ 0: whole, 1: list, 2: all, 4: from = '' }) => {
      if (list !== undefined) return pairsOf(list).map(({ name }) => ({ from: targetOf(from), name }))
      const names = all && /^\s*import/.test(whole) ? membersOf(all, codeOnly) : [EVERYTHING]
      return names.map((name) => ({ from: targetOf(from), name }))
    })
  const loaded = [...code.matchAll(LOADED)].filter(isCode).flatMap(({ 0: call, 2: specifier = '', index }) => {
    const around = {
      isLate: call.startsWith('import'),
      before: code.slice(Math.max(0, index - REACH), index),
      after: code.slice(index + call.length),
      codeOnly,
    }
    return takenOf(around).map((name) => ({ from: targetOf(specifier), name }))
  })
  return [...imported, ...loaded]
}

/** `a, type b, c as d` */
export function pairsOf(list = ''): { name: string; as: string }[] {
  return list
    .split(',')
    .map((part) => part.trim().replace(/^type\s+/, ''))
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', as = name] = part.split(/\s+as\s+/)
      return { name, as }
    })
}

type Around = { readonly isLate: boolean; readonly before: string; readonly after: string; readonly codeOnly: string }

const BOUND = /\b(?:const|let|var)\s+([\w$]+|\{[^}]*\})\s*=\s*$/
const BOUND_LATE = /\b(?:const|let|var)\s+([\w$]+|\{[^}]*\})\s*=\s*await\s*$/

/** What is taken of what a call loads, by the code before and behind it. */
function takenOf({ isLate, before, after, codeOnly }: Around): string[] {
  const [, asked] = (/\(\s*await\s*$/.test(before) && /^\s*\)\s*\??\.\s*([\w$]+)/.exec(after)) || []
  if (asked) return [asked]
  const [, bound] = (/^(?!\s*\.)/.test(after) && (isLate ? BOUND_LATE : BOUND).exec(before)) || []
  if (bound) return boundOf(bound, codeOnly)
  const [, given] = /^\s*\.then\(\s*(?:async\s*)?\(?\s*([\w$]+|\{[^}]*\})\s*\)?\s*=>/.exec(after) ?? []
  if (given) return boundOf(given, codeOnly)
  const [, member] = /^\s*\.\s*(?!(?:then|catch|finally)\b)([\w$]+)/.exec(after) ?? []
  if (member) return [member]
  const [, picked] = (/\bPick<\s*typeof\s+$/.test(before) && /^\s*,([^<>]*)>/.exec(after)) || []
  if (picked) return [...picked.matchAll(/(['"])([\w$]+)\1/g)].map(([, , name = '']) => name)
  return boundOf(boundAmongOthers(before) ?? '', codeOnly)
}

const LOADED_BEFORE = /\bconst\s*\[([^=\]]*)\]\s*=\s*await\s+Promise\.all\(\s*\[((?:\s*import\s*\([^()]*\)\s*,)*)\s*$/

/** `const [{ a }, b] = await Promise.all([import('a.ts'), import('b.ts')])` */
function boundAmongOthers(before: string): string | undefined {
  const [, bound, earlier] = LOADED_BEFORE.exec(before) ?? []
  if (bound === undefined || earlier === undefined) return undefined
  const each = bound.match(/\{[^}]*\}|[\w$]+/g) ?? []
  return each[earlier.match(/\bimport\b/g)?.length ?? 0]
}

/** Names that `{ a, b: c }` takes, or that are asked of a variable. */
function boundOf(bound: string, codeOnly: string): string[] {
  if (bound === '' || bound.includes('...')) return [EVERYTHING]
  if (!bound.startsWith('{')) return membersOf(bound, codeOnly)
  return bound
    .slice(1, -1)
    .split(',')
    .flatMap((part) => part.split(/[:=]/)[0]?.trim() || [])
}

/** Everything as soon as the variable stands anywhere by itself, other than where it is made. */
function membersOf(variable: string, codeOnly: string): string[] {
  const alone = new RegExp(`(?<![\\w$.])${variable.replaceAll('$', '\\$')}(?![\\w$])`, 'g')
  return [...codeOnly.matchAll(alone)].flatMap(({ index }) => {
    const [before, after] = [codeOnly.slice(Math.max(0, index - REACH), index), codeOnly.slice(index + variable.length)]
    const [, member] = /^\s*\??\.\s*([\w$]+)/.exec(after) ?? []
    if (member) return [member]
    return isMade(before, after) ? [] : [EVERYTHING]
  })
}

/** `const x =`, `* as x from`, `(x) =>`, `const [a, x] =` */
function isMade(before: string, after: string): boolean {
  return (
    (/\b(?:const|let|var)\s+$/.test(before) && /^\s*=[^=>]/.test(after)) ||
    (/\*\s*as\s+$/.test(before) && /^\s*from\b/.test(after)) ||
    /^\s*\)?\s*=>/.test(after) ||
    (/\bconst\s*\[[^\]=]*$/.test(before) && /^[^[\]()=]*\]\s*=[^=]/.test(after))
  )
}
