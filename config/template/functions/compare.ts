// `eq ne lt le gt ge` with Go's rules: a text is compared with texts only, a whole number with whole ones, and null equals
// null and what is not there.
import type { Value } from '../value.ts'
import { byBytes, isTrue, kindOf, typeOf } from '../value.ts'
import type { Call, TemplateFunction } from './call.ts'

const truth = (value: boolean): Value => ({ kind: 'bool', value })
const two = (compare: (a: Value, b: Value, call: Call) => boolean): TemplateFunction => ({
  least: 2,
  most: 2,
  run: ([a, b], call) => truth(compare(a as Value, b as Value, call)),
})

export const COMPARISONS: Readonly<Record<string, TemplateFunction>> = {
  eq: {
    least: 2,
    most: Number.POSITIVE_INFINITY,
    run: ([first, ...others], call) => truth(others.some((other) => isEqual(first as Value, other, call))),
  },
  ne: two((a, b, call) => !isEqual(a, b, call)),
  lt: two(isLess),
  le: two((a, b, call) => isLess(a, b, call) || isEqual(a, b, call)),
  gt: two((a, b, call) => !isLess(a, b, call) && !isEqual(a, b, call)),
  ge: two((a, b, call) => !isLess(a, b, call)),
  not: { least: 1, most: 1, run: ([value]) => truth(!isTrue(value as Value)) },
}

function isNothing({ kind }: Value): boolean {
  return kind === 'missing' || kind === 'nil'
}

function isEqual(a: Value, b: Value, call: Call): boolean {
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b)
  if (a.kind !== b.kind) throw incompatible(a, b, call)
  return comparable(a, call) === comparable(b, call)
}

function comparable(value: Value, call: Call): string | number | bigint | boolean {
  if (!('value' in value)) throw call.fail(`${kindOf(value)} cannot be compared`)
  return value.value
}

function isLess(a: Value, b: Value, call: Call): boolean {
  for (const one of [a, b])
    if (!['int', 'float', 'string', 'bool'].includes(one.kind)) throw call.fail(`${kindOf(one)} has no order`)
  if (a.kind !== b.kind) throw incompatible(a, b, call)
  if (a.kind === 'string' && b.kind === 'string') return byBytes(a.value, b.value) < 0
  if (a.kind === 'int' && b.kind === 'int') return a.value < b.value
  if (a.kind === 'float' && b.kind === 'float') return a.value < b.value
  throw call.fail(`${kindOf(a)} has no order`)
}

function incompatible(a: Value, b: Value, call: Call): Error {
  return call.fail(
    `${kindOf(a)} (${typeOf(a)}) cannot be compared with ${kindOf(b)} (${typeOf(b)})`,
    'make both of one kind, for example with `toInt`',
  )
}
