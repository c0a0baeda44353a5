// Where a text in quotes, a `[` or a `{` begins that is not closed: what is wrong there is noticed lines below, where nothing is wrong.
import type { YAMLError } from 'yaml'
import { isMarker, PLAIN } from './tokens.ts'

const UNCLOSED = /^(?:Missing closing .quote|Flow (?:map|sequence) (?:in block|must end))/

/** Of the text in quotes or the innermost bracket that was open where the mistake was noticed; undefined for other mistakes. */
export function openingOf({ message, pos }: YAMLError, tokens: readonly string[]): number | undefined {
  if (!UNCLOSED.test(message)) return undefined
  const [noticed] = pos
  const open: number[] = []
  let [offset, last] = [0, '']
  for (const token of tokens) {
    const end = offset + (isMarker(token) ? 0 : token.length)
    if (last !== PLAIN) {
      if (/^["']/.test(token) && end === noticed) return offset
      if (offset >= noticed) break
      if (token === '[' || token === '{') open.push(offset)
      if (token === ']' || token === '}') open.pop()
    }
    offset = end
    last = token
  }
  return open.at(-1)
}
