// Values of the environment are texts. Where a template filled one in and the plugin wants a number or boolean, a text that
// is exactly one is taken as one; whatever else the schema says about it is asked afterwards.
import type { ErrorObject } from 'ajv'
import type { CheckArguments } from '../../config/model/config.ts'

type ArgumentMap = Extract<CheckArguments, { kind: 'map' }>

/** The arguments with the texts replaced of which a validation says that they have the wrong type; the same when none can be. */
export function typedFromText(given: ArgumentMap, errors: readonly ErrorObject[]): ArgumentMap {
  const wanted = Object.entries(Object.groupBy(errors.filter(isType), ({ instancePath }) => instancePath))
  const texts = { ...given.texts }
  const value = structuredClone(given.value) as Record<string, unknown>
  let changed = false
  for (const [pointer, reasons = []] of wanted) {
    if (!given.filled?.includes(pointer)) continue
    const at = parentOf(value, pointer)
    const text = at?.parent[at.key]
    if (!at || typeof text !== 'string') continue
    const typed = readAs(text, reasons.flatMap(typesOf))
    if (typed === undefined) continue
    at.parent[at.key] = typed
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

function isType({ keyword }: ErrorObject): boolean {
  return keyword === 'type'
}

export function typesOf({ params }: ErrorObject): readonly string[] {
  return [params.type].flat().map(String)
}

function parentOf(value: Record<string, unknown>, pointer: string) {
  const steps = pointer.slice(1).split('/').map(unescaped)
  const key = steps.pop() ?? ''
  let parent: unknown = value
  for (const step of steps) parent = isObject(parent) && Object.hasOwn(parent, step) ? parent[step] : undefined
  return isObject(parent) && Object.hasOwn(parent, key) ? { parent, key } : undefined
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
