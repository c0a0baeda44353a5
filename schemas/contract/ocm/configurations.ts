// OCM's own config document, `generic.config.ocm.software/v1`: configurations of many types in one list, of which each plugin is
// given those that it wants.
import { z } from 'zod'
import { parseShape } from '../../shape.ts'
import type { Typed } from './type-name.ts'
import { typedShape } from './type-name.ts'

const CONFIG_TYPE = 'generic.config.ocm.software/v1'

const documentShape = z.looseObject({
  type: z.literal(CONFIG_TYPE, `expected \`${CONFIG_TYPE}\``),
  configurations: z.array(typedShape).max(1000).nullish(),
})

/** All configurations of a document, in their order; throws FORMAT_INVALID. */
export function readConfigurations(document: unknown, name: string): readonly Typed[] {
  return parseShape(documentShape, document, { name }).configurations ?? []
}

/** Those of the types that a plugin wants. A version is part of a type. */
export function configurationsFor(types: readonly string[], all: readonly Typed[]): readonly Typed[] {
  return all.filter(({ type }) => types.includes(type))
}
