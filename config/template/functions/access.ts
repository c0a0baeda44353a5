// `index`, `slice` and `len`. Texts are counted in bytes, as Go counts them.
import type { Value } from '../value.ts'
import { itemsIn, kindOf, listOf } from '../value.ts'
import type { Call, TemplateFunction } from './call.ts'

export const ACCESS: Readonly<Record<string, TemplateFunction>> = {
  index: {
    least: 1,
    most: Number.POSITIVE_INFINITY,
    run: ([item, ...keys], call) => indexed(item as Value, keys, call),
  },
  slice: { least: 1, most: 4, run: ([item, ...bounds], call) => sliced(item as Value, bounds, call) },
  len: { least: 1, most: 1, run: ([item], call) => ({ kind: 'int', value: BigInt(lengthOf(item as Value, call)) }) },
}

function indexed(item: Value, keys: readonly Value[], call: Call): Value {
  let found = item
  if (isNothing(found)) throw call.fail(found.what ?? 'nothing has no values')
  for (const [at, key] of keys.entries()) {
    call.meter.spend(1)
    if (isNothing(found)) throw call.fail(found.what ?? 'nothing has no values')
    found = step(found, key, { ...call, leadsOn: at < keys.length - 1 })
  }
  return found
}

function isNothing(value: Value): value is Extract<Value, { kind: 'missing' | 'nil' }> {
  return value.kind === 'missing' || value.kind === 'nil'
}

function step(item: Value, key: Value, call: Call & { readonly leadsOn: boolean }): Value {
  if (item.kind === 'map') {
    if (key.kind !== 'string') throw call.fail(`a map has texts as keys, found ${kindOf(key)}`)
    const found = item.get(key.value, { computed: call.isComputed, leadsOn: call.leadsOn })
    return found.kind === 'missing' ? { ...found, kind: 'nil' } : found
  }
  if (item.kind === 'list') {
    const length = item.length()
    return item.at(position(key, length - 1, call))
  }
  if (item.kind !== 'string') throw call.fail(`${kindOf(item)} has no values`)
  const bytes = Buffer.from(item.value)
  const byte = bytes[position(key, bytes.length - 1, call)]
  return { kind: 'int', value: BigInt(byte ?? 0), isByte: true }
}

function position(key: Value, last: number, call: Call): number {
  if (key.kind !== 'int') throw call.fail(`expected a whole number as the index, found ${kindOf(key)}`)
  if (key.value < 0n || key.value > BigInt(last)) throw call.fail(`the index ${key.value} is out of range`)
  return Number(key.value)
}

function sliced(item: Value, bounds: readonly Value[], call: Call): Value {
  if (item.kind === 'list') {
    call.meter.spend(item.length())
    const items = itemsIn(item)
    const [from, to] = range(bounds, items.length, call)
    return listOf(items.slice(from, to))
  }
  if (item.kind !== 'string') throw call.fail(`${kindOf(item)} cannot be cut`)
  if (bounds.length > 2) throw call.fail('a text is cut with at most two numbers')
  const bytes = Buffer.from(item.value)
  const [from, to] = range(bounds, bytes.length, call)
  const text = bytes.subarray(from, to)
  if (!Buffer.from(text.toString()).equals(text)) throw call.fail('this would cut a character in two')
  return { kind: 'string', value: text.toString() }
}

function range(bounds: readonly Value[], length: number, call: Call): readonly [number, number] {
  const [from = 0, to = length, limit = length] = bounds.map((bound) => position(bound, length, call))
  if (from > to || to > limit) throw call.fail(`cannot cut from ${from} to ${to}`)
  return [from, to]
}

function lengthOf(item: Value, call: Call): number {
  if (item.kind === 'string') return Buffer.byteLength(item.value)
  if (item.kind === 'list') return item.length()
  if (item.kind === 'map') return item.names().length
  throw call.fail(`${kindOf(item)} has no length`)
}
