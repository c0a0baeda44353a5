// What a plugin says it can do, made of what its author states.
import type { Capabilities, DeclaredCapability, DeclaredType } from '../../schemas/contract/ocm/capabilities.ts'
import type { Capability } from '../../schemas/contract/ocm/contracts.ts'
import { CONTRACTS } from '../../schemas/contract/ocm/contracts.ts'
import type { Contract } from '../../schemas/contract/ocm/endpoints.ts'
import { readSchema } from './author-schema.ts'
import type { ConfigType } from './config.ts'
import { describedConfig } from './config.ts'
import type { Served, TypeDeclaration } from './definition.ts'

export type OwnCapabilities = Omit<Capabilities, 'unknown'>

export function capabilitiesOf(served: readonly Served[], config: readonly ConfigType[]): OwnCapabilities {
  const kinds = [...new Set(served.map(({ capability }) => capability))]
  const capabilities = kinds.map((kind) =>
    declaredIn(
      kind,
      served.filter(({ capability }) => capability === kind),
    ),
  )
  const described = config.flatMap((one) => describedConfig(one) ?? [])
  const configTypes = config.map(({ type }) => type)
  return { capabilities, configTypes, ...(described.length > 0 ? { described } : {}) }
}

function declaredIn(capability: Capability, served: readonly Served[]): DeclaredCapability {
  const { typeLists }: Contract = CONTRACTS[capability]
  const main = mainList(typeLists)
  const lists = Object.keys(typeLists).map((list) => {
    const own = list === main ? served.map(({ declared }) => declared) : []
    return [list, [...own, ...served.flatMap(({ lists: further }) => further[list] ?? [])].map(declaredType)] as const
  })
  return { capability, types: Object.fromEntries(lists) }
}

/** The list of the types that handlers are for. A credential repository is found by what its consumers are, too; that list comes first. */
function mainList(typeLists: Contract['typeLists']): string | undefined {
  return Object.keys(typeLists).findLast((list) => typeLists[list]?.routes)
}

function declaredType({ type, aliases = [], schema }: TypeDeclaration): DeclaredType {
  return { type, aliases, ...(schema === undefined ? {} : { schema: readSchema(schema, type).json }) }
}
