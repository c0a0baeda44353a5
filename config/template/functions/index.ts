// All functions of templates by name.
import { ACCESS } from './access.ts'
import type { TemplateFunction } from './call.ts'
import { COMPARISONS } from './compare.ts'
import { DOCUMENTS } from './documents.ts'
import { ESCAPES } from './escape.ts'
import { TEXTS } from './texts.ts'

/** They decide by their arguments which of these are evaluated, so the evaluator does their work. */
const DECIDERS: Readonly<Record<string, TemplateFunction>> = Object.fromEntries(
  ['and', 'or'].map((name) => [
    name,
    { least: 1, most: Number.POSITIVE_INFINITY, run: ([value]) => value ?? { kind: 'missing' } },
  ]),
)

/** Runs a defined template, which only the evaluator knows. */
const CALLS: Readonly<Record<string, TemplateFunction>> = {
  include: { least: 2, most: 2, run: () => ({ kind: 'missing' }) },
}

const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map(
  Object.entries({ ...DECIDERS, ...CALLS, ...COMPARISONS, ...ACCESS, ...TEXTS, ...ESCAPES, ...DOCUMENTS }),
)

export const FUNCTION_NAMES: ReadonlySet<string> = new Set(FUNCTIONS.keys())

/** A name that the parser has let through. */
export function functionNamed(name: string): TemplateFunction {
  return FUNCTIONS.get(name) ?? { least: 0, most: 0, run: () => ({ kind: 'missing' }) }
}
