// Words of a JSON Schema about lists.

import { behind, listBehind, mapBehind } from './branch-words.ts'
import type { Fits, Look } from './look.ts'
import { guess, innerPlace, refuse } from './look.ts'
import type { Part } from './parts.ts'
import { lookAtSize } from './plain-words.ts'
import { sameText } from './same-text.ts'
import type { JsonSchemaDraft } from './words.ts'

export function lookAtList(look: Look, list: readonly unknown[], fits: Fits): void {
  lookAtSize(look, 'Items', 'items', list.length)
  if (look.schema.uniqueItems === true) lookForDoubles(look, list)
  lookAtItems(look, list, fits)
  lookForContained(look, list, fits)
}

/** Those that no other word has looked at. */
export function lookAtOtherItems(look: Look, list: readonly unknown[], fits: Fits): void {
  const part = behind(look.part, 'unevaluatedItems')
  const { seen } = look
  if (!part || !seen || seen.allItems) return
  const others = list.flatMap((_, at) => (at < seen.firstItems || seen.items.has(at) ? [] : [at]))
  if (part.schema === false && others.length > 0)
    refuse(look, 'unevaluatedItems', `must NOT have more than ${others[0]} items`, { limit: others[0] })
  else for (const at of others) lookAtItem(look, { part, list, at }, fits)
  seen.allItems = true
}

function lookForDoubles(look: Look, list: readonly unknown[]): void {
  const first = new Map<string, number>()
  for (const [i, item] of list.entries()) {
    const text = sameText(item)
    const j = first.get(text)
    if (j === undefined) {
      first.set(text, i)
      continue
    }
    const message = `must NOT have duplicate items (items ## ${j} and ${i} are identical)`
    refuse(look, 'uniqueItems', message, { i, j })
    return
  }
}

type Row = { readonly firsts: readonly Part[]; readonly rest: Part | undefined; readonly word: string }

/** Draft-07 has the first items and the rest under other words. */
function rowOf(part: Part, draft: JsonSchemaDraft): Row {
  if (draft === '2020') return { firsts: listBehind(part, 'prefixItems'), rest: behind(part, 'items'), word: 'items' }
  if (part.held.get('items') instanceof Map)
    return {
      firsts: [...mapBehind(part, 'items').values()],
      rest: behind(part, 'additionalItems'),
      word: 'additionalItems',
    }
  return { firsts: [], rest: behind(part, 'items'), word: 'items' }
}

function lookAtItems(look: Look, list: readonly unknown[], fits: Fits): void {
  const { firsts, rest, word } = rowOf(look.part, look.part.resource.document.draft)
  const { seen } = look
  for (const [at, part] of firsts.entries()) if (at < list.length) lookAtItem(look, { part, list, at }, fits)
  if (seen) seen.firstItems = Math.max(seen.firstItems, Math.min(firsts.length, list.length))
  if (!rest) return
  if (seen) seen.allItems = true
  const limit = firsts.length
  if (rest.schema === false && list.length > limit)
    refuse(look, word, `must NOT have more than ${limit} items`, { limit })
  else for (let at = limit; at < list.length; at += 1) lookAtItem(look, { part: rest, list, at }, fits)
}

type Item = { readonly part: Part; readonly list: readonly unknown[]; readonly at: number }

function lookAtItem(look: Look, { part, list, at }: Item, fits: Fits): void {
  if (!fits(part, list[at], innerPlace(look, at))) look.isFine = false
}

function lookForContained(look: Look, list: readonly unknown[], fits: Fits): void {
  const part = behind(look.part, 'contains')
  if (!part) return
  const isOld = look.part.resource.document.draft === '07'
  const { minContains, maxContains } = look.schema
  const least = !isOld && typeof minContains === 'number' ? minContains : 1
  const most = !isOld && typeof maxContains === 'number' ? maxContains : undefined
  const holds = (at: number) => guess(innerPlace(look, at), (place) => fits(part, list[at], place)).isFine
  const found = [...list.keys()].filter(holds)
  for (const at of found) look.seen?.items.add(at)
  if (found.length >= least && (most === undefined || found.length <= most)) return
  const limit = most === undefined ? '' : ` and no more than ${most}`
  refuse(look, 'contains', `must contain at least ${least}${limit} valid item(s)`, {
    minContains: least,
    ...(most === undefined ? {} : { maxContains: most }),
  })
}
