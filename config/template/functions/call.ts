// What a function of templates is: how many arguments it takes, and what it makes of them.
import type { Meter, Printing, Structure } from '../meter.ts'
import { NO_VALUE, printed, shownPlain } from '../print.ts'
import type { Value } from '../value.ts'
import { kindOf } from '../value.ts'

export type Call = {
  readonly fail: (problem: string, hint?: string) => Error
  readonly meter: Meter
  readonly prints: Printing
  readonly structure?: Structure | undefined
  /** Whether an argument behind the first is a result and not written in the template. */
  readonly isComputed: boolean
}

export type TemplateFunction = {
  readonly least: number
  readonly most: number
  readonly run: (values: readonly Value[], call: Call) => Value
}

/** The text of one argument; null and what is not there are errors, so that no `<nil>` gets into a config. */
export function textIn(value: Value | undefined, call: Call): string {
  requireSomething(value, call)
  if (value.kind === 'map' || value.kind === 'list') throw call.fail(`expected a plain value, found ${kindOf(value)}`)
  return shownPlain(value)
}

export function requireSomething(value: Value | undefined, call: Call): asserts value is Value {
  if (value === undefined) throw call.fail('an argument is missing')
  if (value.kind === 'missing' || value.kind === 'nil')
    throw call.fail(value.what ?? 'an argument is nothing', 'give it a value, or write `default "…"` before it')
}

/** Work on lines, which leaves structure what it is. */
export function onLines(text: Value | undefined, call: Call, work: (lines: string) => string): Value {
  const value = work(textIn(text, call))
  const structure = text?.kind === 'string' ? text.structure : undefined
  return { kind: 'string', value, ...(structure === undefined ? {} : { structure: work(structure) }) }
}

/** What html, js and urlquery take: one text as it is, or all arguments as `print` puts them together. */
export function textOfAll(values: readonly Value[], call: Call): string {
  if (call.prints === 'plain values') for (const value of values) requireSomething(value, call)
  const shown = values.map(
    (value): Value => (value.kind === 'missing' || value.kind === 'nil' ? { kind: 'string', value: NO_VALUE } : value),
  )
  return printed(shown, call.meter)
}

/** Refuses what would be made before it is. */
export function reserve(characters: number, call: Call): void {
  call.meter.made(Math.max(0, characters))
}
