// What tells checks of one plugin apart where they stand beside each other: the first argument in which they differ, or the
// line where each is written. No value that may be a secret: none from a template, and none of an argument that is named so.
import type { CheckItem } from '../../config/model/config.ts'
import { printable } from '../../schemas/quote.ts'

type Item = Pick<CheckItem, 'arguments' | 'place'>

const MAX_MARK = 24
const SECRET = /pass|pwd|secret|token|key|auth|cred|\bpin\b|cookie|session/i

/** One mark for each item, all of them different. */
export function marksOf(items: readonly Item[]): readonly string[] {
  const shown = items.map(shownArguments)
  const names = new Set(shown.flatMap((own) => [...own.keys()]))
  for (const name of names) {
    const marks = shown.map((own) => own.get(name))
    if (areDistinct(marks)) return marks.map(String)
  }
  const lines = items.map(({ place }) => (place.line === undefined ? undefined : `line ${place.line}`))
  return areDistinct(lines) ? lines.map(String) : items.map((_item, index) => `#${index + 1}`)
}

function areDistinct(marks: readonly (string | undefined)[]): boolean {
  return !marks.includes(undefined) && new Set(marks).size === marks.length
}

/** Plain arguments by their name, or by their place in a list. */
function shownArguments({ arguments: given }: Item): ReadonlyMap<string, string> {
  const filled = new Set(given.filled ?? [])
  const entries =
    given.kind === 'map'
      ? Object.entries(given.value).map(([name, value]) => ({ name, text: textOf(value), before: name }))
      : given.value.map((text, at) => ({ name: String(at), text, before: given.value[at - 1] ?? '' }))
  const open = entries.filter(
    ({ name, text, before }) => text !== undefined && !filled.has(`/${name}`) && !SECRET.test(`${before} ${text}`),
  )
  return new Map(
    open.map(({ name, text }) => [name, printable(given.kind === 'map' ? `${name}=${text}` : String(text), MAX_MARK)]),
  )
}

function textOf(value: unknown): string | undefined {
  return value === null || typeof value === 'object' ? undefined : String(value)
}
