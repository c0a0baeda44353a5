// One function for each capability: says which type is served and what is done for it.
import type { Capability } from '../../schemas/contract/ocm/contracts.ts'
import { CONTRACTS } from '../../schemas/contract/ocm/contracts.ts'
import type { AuthorSchema } from './author-schema.ts'
import type { Served, ServedDefinition, UntypedHandler } from './definition.ts'

/** Any object that says its type. */
const ANYTHING = { type: 'object', properties: { type: { type: 'string' } }, required: ['type'] } as const

export const blobTransformer = serving('blobTransformer')
export const componentLister = serving('componentLister')
export const componentVersionRepository = serving('componentVersionRepository')
export const credentialPlugin = serving('credentialPlugin')
export const credentialRepository = serving('credentialRepository')
export const digestProcessorRepository = serving('digestProcessorRepository')
export const inputRepository = serving('inputRepository')
export const resourceRepository = serving('resourceRepository')
export const signingHandler = serving('signingHandler')

function serving<Of extends Capability>(capability: Of) {
  return <const Schema extends AuthorSchema = typeof ANYTHING>(definition: ServedDefinition<Of, Schema>): Served => {
    const { type, aliases = [], schema = ANYTHING, lists = {}, ...handlers } = definition
    return {
      capability,
      declared: { type, aliases, schema },
      lists: lists as Served['lists'],
      handlers: knownHandlers(capability, type, handlers),
    }
  }
}

/** Throws for a name that is none of the contract, and for a type for which nothing is done. */
function knownHandlers(
  capability: Capability,
  type: string,
  handlers: object,
): Readonly<Record<string, UntypedHandler>> {
  const known = Object.keys(CONTRACTS[capability].endpoints)
  const given = Object.entries(handlers).filter(([, handler]) => handler !== undefined)
  const unknown = given.filter(([name]) => !known.includes(name)).map(([name]) => `\`${name}\``)
  if (unknown.length > 0)
    throw new TypeError(
      `${capability} of \`${type}\` has no ${unknown.join(', ')}, expected some of ${known.join(', ')}`,
    )
  if (given.length === 0)
    throw new TypeError(`${capability} of \`${type}\` does nothing, expected some of ${known.join(', ')}`)
  return Object.fromEntries(given)
}
