// What readers of a JSON Schema of a stranger share: its parts as they are, whatever stands in their place.
import type { PlainMap } from '../is-map.ts'
import { isMap, mapOf } from '../is-map.ts'
import { ownValue } from '../own-value.ts'

export type Schema = PlainMap

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function namesOf(value: unknown): readonly string[] {
  return listOf(value).filter((name) => typeof name === 'string')
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** Takes no longer than the smaller of them, whatever a stranger wrote. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) || Array.isArray(other))
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, at) => isSame(item, other[at]))
    )
  if (!isMap(one) || !isMap(other)) return one === other
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]))
  )
}

/** What one question may cost, in parts of a schema that are looked at. A schema can be a tree that no machine walks to its end. */
export type Budget = { left: number }

export function spend(budget: Budget, steps: number): boolean {
  budget.left -= steps
  return budget.left >= 0
}

/** What `$ref` names inside of the same document; undefined for all that lies elsewhere. */
export function referred(reference: unknown, root: Schema): unknown {
  if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference)) return undefined
  const steps = reference.split('/').slice(1)
  return steps.reduce<unknown>((at, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    return Array.isArray(at) ? at[Number(name)] : ownValue(mapOf(at), name)
  }, root)
}
