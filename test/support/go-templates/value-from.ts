// Plain data as values of templates: whole numbers are bigints.
import type { Value } from '../../../config/template/value.ts'
import { listOf, MISSING } from '../../../config/template/value.ts'

export function valueFrom(data: unknown): Value {
  if (data === null) return { kind: 'nil' }
  if (typeof data === 'bigint') return { kind: 'int', value: data }
  if (typeof data === 'number') return { kind: 'float', value: data }
  if (typeof data === 'boolean') return { kind: 'bool', value: data }
  if (Array.isArray(data)) return listOf(data.map(valueFrom))
  if (typeof data !== 'object') return { kind: 'string', value: String(data) }
  const entries = new Map(Object.entries(data))
  return {
    kind: 'map',
    get: (name) => (entries.has(name) ? valueFrom(entries.get(name)) : MISSING),
    names: () => [...entries.keys()],
    isEmpty: () => entries.size === 0,
  }
}
