// How Go's fmt prints values that no verb is given for: `map[a:1 b:2]`, `[p q]`, `1e+06`.
import type { Meter } from './meter.ts'
import { stepsFor } from './meter.ts'
import type { PlainValue, Value } from './value.ts'
import { entriesIn, itemsIn, textValue } from './value.ts'

export const NO_VALUE = '<no value>'

/** `%v`. A number of a config stays as it was typed: `1.10` is not `1.1`. */
export function shownValue(value: Value, meter: Pick<Meter, 'spend'>): string {
  const shown = (one: Value) => {
    meter.spend(stepsFor(one.kind === 'string' ? one.value.length : 0))
    return shownValue(one, meter)
  }
  if (value.kind === 'map')
    return `map[${entriesIn(value)
      .map(([name, one]) => `${shown(textValue(name))}:${shown(one)}`)
      .join(' ')}]`
  return value.kind === 'list' ? `[${itemsIn(value).map(shown).join(' ')}]` : shownPlain(value)
}

/** What is neither a map nor a list. */
export function shownPlain(value: PlainValue): string {
  if (value.kind === 'missing' || value.kind === 'nil') return '<nil>'
  if (value.kind === 'string') return value.value
  return value.text ?? (value.kind === 'float' ? shortest(value.value) : String(value.value))
}

/** fmt.Sprint: a space between two of which neither is a string. */
export function printed(values: readonly Value[], meter: Pick<Meter, 'spend'>): string {
  return values
    .map((value, index) => {
      const before = values[index - 1]
      const isApart = before !== undefined && before.kind !== 'string' && value.kind !== 'string'
      return `${isApart ? ' ' : ''}${shownValue(value, meter)}`
    })
    .join('')
}

/** `%g`: an exponent below -4 and from 6 on. */
export function shortest(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const [digits = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 6) return String(value)
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
