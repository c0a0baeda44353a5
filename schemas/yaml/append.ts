// Puts one item at the end of a list of a YAML document that a person wrote, as edit.ts sets an entry: all other bytes stay, and
// what comes out is read again and differs in that item alone.
import type { Pair } from 'yaml'
import { isSeq } from 'yaml'
import { coded } from '../errors.ts'
import { quote } from '../quote.ts'
import type { Data, Path } from './edit.ts'
import {
  asUnix,
  asWindows,
  endedLine,
  endOf,
  endsLinesAsWindows,
  flowText,
  indentOf,
  isJson,
  lineAfter,
  pairAt,
  plainData,
  requireOnly,
  setIn,
  setInYaml,
  startOf,
  textOfItems,
} from './edit.ts'

/** The text with the item as the last of the list, which is made where there is none. Throws what setInYaml throws. */
export function appendToYaml(text: string, path: Path, item: Data, name: string): string {
  if (endsLinesAsWindows(text)) return asWindows(appendToYaml(asUnix(text), path, item, name))
  const before = plainData(text, name)
  const list = valueAt(before, path)
  if (list === undefined || list === null) return setInYaml(text, path, [item], name)
  if (!Array.isArray(list))
    throw coded('CONFIG_INVALID', {
      message: `${quote(name)} has no list at ${quote(path.join('.'))}`,
      details: { file: name, path },
      hint: 'write it as a list there',
    })
  const found = pairAt(text, path)
  const changed = found && withItem(text, found.pair, { item, json: isJson(name) })
  return requireOnly(changed, setIn(before, path, [...list, item]), {
    path,
    name,
    what: `write the item into the list \`${path.join('.')}\``,
  })
}

type Item = { readonly item: Data; readonly json: boolean }

function withItem(text: string, { value: list }: Pair, { item, json }: Item): string | undefined {
  if (!isSeq(list)) return undefined
  const last = list.items.at(-1)
  if (list.flow || last === undefined) {
    const at = last === undefined ? startOf(list) + 1 : endOf(last)
    return `${text.slice(0, at)}${last === undefined ? '' : ', '}${flowText(item, json)}${text.slice(at)}`
  }
  const indent = indentOf(text, text.lastIndexOf('-', startOf(list.items[0]) - 1))
  if (indent === undefined) return undefined
  const at = lineAfter(text, endOf(last))
  return `${endedLine(text.slice(0, at))}${textOfItems([item], indent)}${text.slice(at)}`
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    data,
  )
}
