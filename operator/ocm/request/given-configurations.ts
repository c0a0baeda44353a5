// The configurations that a plugin is started with: of those that all are given the ones of its types, and those that are for it
// alone. What cannot be meant is refused before anything is started.
import { configurationsFor, requirePublic } from '../../../schemas/contract/ocm/configurations.ts'
import type { Typed } from '../../../schemas/contract/ocm/type-name.ts'
import { coded } from '../../../schemas/errors.ts'
import { nearestWord } from '../../../schemas/nearest-word.ts'
import { quote } from '../../../schemas/quote.ts'
import type { ServicePlugin } from '../plugin.ts'
import { requireFitting } from './fits-schema.ts'

type GivenConfigurations = {
  /** In the command line, where everybody can read them. */
  readonly open: readonly Typed[]
  /** In a file that nobody else can read, of plugins that take one. */
  readonly hidden: readonly Typed[]
}

/** In their order. `given` is absent where nobody named a document. Throws ARGUMENTS_INVALID. */
export async function givenConfigurations(
  { name, capabilities, configurations: own = [] }: ServicePlugin,
  given: readonly Typed[] | undefined,
): Promise<GivenConfigurations> {
  const { configTypes, described = [] } = capabilities
  for (const { type } of own) if (!configTypes.includes(type)) throw notWanted(name, type, configTypes)
  const found = configurationsFor(configTypes, [...(given ?? []), ...own])
  if (given !== undefined && configTypes.length > 0 && found.length === 0) throw noneFound(name, configTypes)
  const about = new Map(described.map((one) => [one.type, one]))
  for (const one of found) {
    const declared = about.get(one.type)
    if (declared) await requireFitting(one, { ...declared, aliases: [] }, name)
  }
  const open = found.filter(({ type }) => !about.get(type)?.isPrivate)
  requirePublic(open)
  return { open, hidden: found.filter((one) => !open.includes(one)) }
}

function notWanted(plugin: string, type: string, wanted: readonly string[]): Error {
  const nearest = nearestWord(type, wanted)
  return coded('ARGUMENTS_INVALID', {
    message: `plugin ${quote(plugin)} takes no configuration ${quote(type)}, expected ${wanted.map(quote).join(', ') || 'none at all'}`,
    details: { plugin, type, wanted },
    hint: nearest ? `did you mean ${quote(nearest)}?` : `\`octo plugin inspect ${plugin}\` shows what it takes`,
  })
}

/** OCM's own manager refuses it, too, so that no plugin runs with less than it was meant to have. */
function noneFound(plugin: string, wanted: readonly string[]): Error {
  return coded('ARGUMENTS_INVALID', {
    message: `no configuration found for plugin ${quote(plugin)}; requested configuration types: ${wanted.map(quote).join(', ')}`,
    details: { plugin, wanted },
    hint: `write \`{type: ${wanted[0]}}\` with what it needs into a document that is named, or below \`configurations\` of the plugin`,
  })
}
