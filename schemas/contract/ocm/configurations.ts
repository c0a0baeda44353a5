// OCM's own config document, `generic.config.ocm.software/v1`: configurations of many types in one list, of which each plugin is
// given those that it wants.
import { z } from 'zod'
import { coded } from '../../errors.ts'
import { quote } from '../../quote.ts'
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

/**
 * They are to stand in the command line of a plugin, which everybody on the machine can read: throws ARGUMENTS_INVALID where OCM
 * keeps credentials in one of them, as it does in the same document.
 */
export function requirePublic(configurations: readonly Typed[]): void {
  const secret = configurations.find(holdsCredentials)
  if (!secret) return
  throw coded('ARGUMENTS_INVALID', {
    message: `a plugin wants the configurations of ${quote(secret.type)}, in which there are credentials: everybody on this machine could read them in its command line`,
    details: { type: secret.type },
    hint: 'name a document without them, and give credentials to the call: `octo plugin call ENDPOINT REQUEST --credentials FILE`',
  })
}

const CREDENTIALS = /^credentials\.config\.ocm\.software(?:\/|$)/

/** One document may stand in another. */
function holdsCredentials(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { type } = value as { readonly type?: unknown }
  if (typeof type === 'string' && CREDENTIALS.test(type)) return true
  return Object.values(value).some(holdsCredentials)
}
