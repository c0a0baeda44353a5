// What is wrong with a template that runs, told where it stands in it.
import type { Structure } from './meter.ts'
import type { Fail, Template } from './syntax.ts'
import { positionAt } from './syntax.ts'
import type { Value } from './value.ts'
import { kindOf } from './value.ts'

type Complaining = {
  readonly fail: Fail
  readonly template: Template
  readonly structure?: Structure
}

/** Maps, lists and what is not there are not printed into a config. */
export function requirePlain(value: Value, offset: number, complaining: Complaining): void {
  if (value.kind === 'missing' || value.kind === 'nil')
    throw failAt(complaining, offset, value.what ?? 'gives nothing', value.kind === 'missing' ? DEFAULT : undefined)
  if (value.kind === 'map' || value.kind === 'list')
    throw failAt(
      complaining,
      offset,
      value.what ?? `gives ${kindOf(value)} in place of a plain value`,
      complaining.structure ? IN_DOCUMENTS : STRUCTURES,
    )
}

const DEFAULT = 'give it a value, or write `{{… | default "…"}}`'
const STRUCTURES = 'take one of its values, or make a text of it with `toJson`, `join` or `range`'
const IN_DOCUMENTS = `${STRUCTURES}; \`toYaml\` and \`nindent\` make structure of it`

export function failAt({ fail, template }: Complaining, offset: number, problem: string, hint?: string): Error {
  return fail(problem, positionAt(template.text, offset), hint)
}
