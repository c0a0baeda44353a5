// Values of the environment are texts. Where a template filled one in and the plugin wants a number or boolean, a text that
// is exactly one is taken as one; whatever else the schema says about it is asked afterwards.
import type { SchemaProblem } from '../schemas/compile-json-schema.ts'
import { unescaped } from '../schemas/json-schema/wording.ts'
import type { CheckArguments } from './model/config.ts'

type ArgumentMap = Extract<CheckArguments, { kind: 'map' }>

/** The arguments with the texts replaced of which a validation says that they have the wrong type; the same when none can be. */
export function typedFromText(given: ArgumentMap, errors: readonly SchemaProblem[]): ArgumentMap {
  const { filled } = given
  if (!filled) return given
  const filledIn = errors.filter((error) => isType(error) && filled.includes(error.instancePath))
  const wanted = Object.entries(Object.groupBy(filledIn, ({ instancePath }) => instancePath))
  const texts = { ...given.texts }
  const value = structuredClone(given.value) as Record<string, unknown>
  let changed = false
  for (const [pointer, reasons = []] of wanted) {
    const { parent, key } = placeOf(value, pointer)
    const text = parent[key]
    if (typeof text !== 'string') continue
    const typed = readAs(text, reasons.flatMap(typesOf))
    if (typed === undefined) continue
    parent[key] = typed
    // Programs get the number as it was written.
    if (typeof typed === 'number' && String(typed) !== text) texts[pointer] = text
    changed = true
  }
  return changed ? { ...given, value, texts } : given
}

/** The typed value that a text is, of the types that are wanted; undefined when it is none. */
export function readAs(text: string, types: readonly string[]): number | boolean | undefined {
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  const number = Number(text)
  if (types.includes('integer') && /^-?(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(number)) return number
  const isNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) && Number.isFinite(number)
  return types.includes('number') && isNumber ? number : undefined
}

function isType({ keyword }: SchemaProblem): boolean {
  return keyword === 'type'
}

export function typesOf({ params }: SchemaProblem): readonly string[] {
  return [params.type].flat().map(String)
}

/** What a template filled in has its place in the arguments, so every step leads somewhere. */
function placeOf(value: Record<string, unknown>, pointer: string) {
  const steps = pointer.slice(1).split('/').map(unescaped)
  const key = steps.pop() ?? ''
  return { parent: steps.reduce((at, step) => at[step] as Record<string, unknown>, value), key }
}
