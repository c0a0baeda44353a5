// Words of a JSON Schema about maps: which keys there are, and what stands behind them.
import { namesOf } from '../example/schema.ts'
import { behind, mapBehind } from './branch-words.ts'
import type { Fits, Look } from './look.ts'
import { innerPlace, refuse, samePlace } from './look.ts'
import type { Part } from './parts.ts'
import type { Texts } from './plain-words.ts'
import { lookAtSize } from './plain-words.ts'

type Values = Readonly<Record<string, unknown>>

export function lookAtMap(
  look: Look,
  map: Values,
  { fits, texts }: { readonly fits: Fits; readonly texts: Texts },
): void {
  const names = Object.keys(map)
  lookAtSize(look, 'Properties', 'properties', names.length)
  for (const missingProperty of namesOf(look.schema.required))
    if (!Object.hasOwn(map, missingProperty))
      refuse(look, 'required', `must have required property '${missingProperty}'`, { missingProperty })
  lookAtNames(look, names, fits)
  const known = mapBehind(look.part, 'properties')
  const patterns = [...mapBehind(look.part, 'patternProperties')].map(
    ([pattern, part]) => [texts.expressionOf(pattern), part] as const,
  )
  const more = behind(look.part, 'additionalProperties')
  const others = names.filter((name) => !known.has(name) && !patterns.some(([expression]) => expression.test(name)))
  if (more) lookAtMore(look, { part: more, names: others, map, word: 'additionalProperties' }, fits)
  for (const name of names) {
    const parts = patterns.flatMap(([expression, part]) => (expression.test(name) ? [part] : []))
    for (const part of [known.get(name), ...parts]) if (part) lookAtKey(look, { part, name, map }, fits)
  }
}

/** Those that no other word has looked at. */
export function lookAtOtherNames(look: Look, map: Values, fits: Fits): void {
  const part = behind(look.part, 'unevaluatedProperties')
  const { seen } = look
  if (!part || !seen || seen.allNames) return
  const names = Object.keys(map).filter((name) => !seen.names.has(name))
  lookAtMore(look, { part, names, map, word: 'unevaluatedProperties' }, fits)
  seen.allNames = true
}

const OF_THE_REST = {
  additionalProperties: { message: 'must NOT have additional properties', param: 'additionalProperty' },
  unevaluatedProperties: { message: 'must NOT have unevaluated properties', param: 'unevaluatedProperty' },
} as const

type More = {
  readonly part: Part
  readonly names: readonly string[]
  readonly map: Values
  readonly word: keyof typeof OF_THE_REST
}

function lookAtMore(look: Look, { part, names, map, word }: More, fits: Fits): void {
  const { message, param } = OF_THE_REST[word]
  for (const name of names)
    if (part.schema === false) refuse(look, word, message, { [param]: name })
    else lookAtKey(look, { part, name, map }, fits)
}

function lookAtKey(look: Look, { part, name, map }: { part: Part; name: string; map: Values }, fits: Fits): void {
  look.seen?.names.add(name)
  if (!fits(part, map[name], innerPlace(look, name))) look.isFine = false
}

function lookAtNames(look: Look, names: readonly string[], fits: Fits): void {
  const part = behind(look.part, 'propertyNames')
  if (!part) return
  for (const name of names) {
    const place = { ...samePlace(look), seen: undefined, propertyName: name }
    if (!fits(part, name, place)) refuse(look, 'propertyNames', 'property name must be valid', { propertyName: name })
  }
}
