// Where the values of a TOML document stand and how its fractions were typed, which the library does not say. Reads what the
// library has accepted, so that only strings, comments and brackets matter. Answers THREATS.md: small texts that cost much; no path
// grows longer than those that are read.
import { parse } from 'smol-toml'

type Path = readonly string[]

export type TomlPlaces = {
  /** 1-based, of a key or of an item; undefined for what has no place of its own. */
  readonly lineOf: (path: Path) => number | undefined
  /** `1.10`, which is `1.1` as a number; undefined for all that is no fraction. */
  readonly fractionOf: (path: Path) => string | undefined
}

const TOKEN =
  /"""(?:[^\\]|\\.)*?"{3,5}|'''.*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|[\n=.,[\]{}]|[^\s=.,[\]{}#"']+/gs
const FRACTION = /^[-+]?(?:0|[1-9][0-9_]*)\.[0-9_]+$/

/** The document itself, or an inline table or list in it, with what is being read of it. */
type Open = {
  readonly kind: 'document' | 'table' | 'list'
  /** Of the table that the keys belong to, or of the list. */
  path: Path
  names: string[]
  /** Of the value that is being read, behind `=` or in a list. */
  value?: Path | undefined
  typed: string
  /** Items of a list before this one; `[` before the names of a heading. */
  count: number
}

/** What stands deeper than `maxDepth` has no place. */
export function tomlPlaces(text: string, maxDepth: number): TomlPlaces {
  const lines = new Map<string, number>()
  const fractions = new Map<string, string>()
  const tables = new Map<string, number>()
  const open: Open[] = [{ kind: 'document', path: [], names: [], typed: '', count: 0 }]
  let line = 1
  for (const [token] of text.matchAll(TOKEN)) {
    const at = open.at(-1)
    if (token === '\n' && at?.kind === 'document') endLine(at)
    else if (at && token !== '\n' && !token.startsWith('#')) read(token, at)
    line += token.split('\n').length - 1
  }
  for (const at of open) endLine(at)
  return {
    lineOf: (path) => lines.get(JSON.stringify(path)),
    fractionOf: (path) => fractions.get(JSON.stringify(path)),
  }

  function read(token: string, at: Open): void {
    if (at.value) readValue(token, at, at.value)
    else if (token === '=') at.value = placed([...at.path, ...at.names])
    else if (token === '}') open.pop()
    else if (token === '[') at.count++
    else if (token !== ']' && token !== '.' && token !== ',') at.names.push(nameOf(token))
  }

  function readValue(token: string, at: Open, value: Path): void {
    if (token === ',' || token === ']' || token === '}') {
      endValue(at)
      if (token !== ',') open.pop()
      else if (at.kind === 'list') at.value = [...at.path, String(++at.count)]
      return
    }
    const path = at.kind === 'list' ? placed(value) : value
    if (token === '[') open.push({ kind: 'list', path, names: [], value: [...path, '0'], typed: '', count: 0 })
    else if (token === '{') open.push({ kind: 'table', path, names: [], typed: '', count: 0 })
    else at.typed += token
  }

  function endLine(at: Open): void {
    if (at.count > 0 && at.kind === 'document') at.path = placed(tablePath(at.names, at.count === 2))
    at.count = 0
    endValue(at)
  }

  function endValue(at: Open): void {
    if (at.value && FRACTION.test(at.typed)) fractions.set(JSON.stringify(at.value), at.typed.replaceAll('_', ''))
    Object.assign(at, { names: [], value: undefined, typed: '' })
  }

  /** An item is where its first word is. */
  function placed(path: Path): Path {
    const cut = path.slice(0, maxDepth + 1)
    const key = JSON.stringify(cut)
    if (!lines.has(key)) lines.set(key, line)
    return cut
  }

  /** The last item of each array of tables is the one that is meant. */
  function tablePath(names: readonly string[], isArray: boolean): Path {
    let path: Path = []
    for (const [index, name] of names.slice(0, maxDepth + 1).entries()) {
      path = [...path, name]
      const key = JSON.stringify(path)
      if (isArray && index === names.length - 1) tables.set(key, (tables.get(key) ?? -1) + 1)
      const count = tables.get(key)
      if (count !== undefined) path = [...path, String(count)]
    }
    return path
  }
}

/** A name with escapes is left to the library. */
function nameOf(token: string): string {
  if (token.startsWith('"') && token.includes('\\')) return Object.keys(parse(`${token} = 0`))[0] ?? ''
  return /^["']/.test(token) ? token.slice(1, -1) : token
}
