// Headings of a publisher's text below those of the page: in order and none left out, with ids that are no other element's.
import type { Token } from 'markdown-it'
import { plainText } from './plain-text.ts'

export type HeadingIds = {
  /** Undefined for a heading without words, which is none. */
  of(opening: Token): Heading | undefined
  /** The id of a heading, by the name under which its author links to it. */
  named(name: string): string | undefined
}

type Heading = { readonly id: string; readonly level: number }

type Used = { readonly names: ReadonlyMap<string, string>; readonly numbers: Map<string, number> }

/** Below the page's title and the title of the section. */
const TOP_LEVEL = 3
const LOWEST_LEVEL = 6
const MAX_NAME = 100

export function headingIds(tokens: readonly Token[], prefix: string): HeadingIds {
  const ids = new Map<Token, Heading>()
  const names = new Map<string, string>()
  const numbers = new Map<string, number>()
  const above: number[] = []
  for (const [index, token] of tokens.entries()) {
    const words = token.type === 'heading_open' ? plainText(tokens[index + 1]?.children ?? []) : ''
    if (words === '') continue
    const written = Number(token.tag.slice(1))
    while ((above.at(-1) ?? 0) >= written) above.pop()
    const level = Math.min(TOP_LEVEL + above.length, LOWEST_LEVEL)
    above.push(written)
    const name = unusedName(words, { names, numbers })
    const id = `${prefix}-${name}`
    names.set(name, id)
    ids.set(token, { id, level })
  }
  return { of: (opening) => ids.get(opening), named: (name) => names.get(name) ?? names.get(name.toLowerCase()) }
}

/** As code hosts name them: lower case, without punctuation, `-` for a space, and a number behind what was there already. */
function unusedName(words: string, { names, numbers }: Used): string {
  const plain = words
    .slice(0, MAX_NAME)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
  const base = plain === '' ? 'section' : plain
  if (!names.has(base)) return base
  // Goes on from the last number: of very many equal headings each is named at once.
  let number = numbers.get(base) ?? 1
  while (names.has(`${base}-${number}`)) number += 1
  numbers.set(base, number + 1)
  return `${base}-${number}`
}
