// Types of credentials that plugins bring: what is given as one of them has to look as its plugin says, before it is sent anywhere.
import type { DeclaredType } from '../../../schemas/contract/ocm/capabilities.ts'
import type { Typed } from '../../../schemas/contract/ocm/type-name.ts'
import { isCalled } from '../../../schemas/contract/ocm/type-name.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import type { HostPlugin } from '../plugin.ts'
import { requireFitting } from './fits-schema.ts'

type Brought = { readonly plugin: string; readonly declared: DeclaredType }

/** Types that nobody brings may look as they like. Throws ARGUMENTS_INVALID, which repeats no value, or NAME_AMBIGUOUS. */
export async function requireFittingCredentials(
  credentials: Typed | undefined,
  plugins: readonly HostPlugin[],
): Promise<void> {
  if (credentials === undefined) return
  const brought = plugins.flatMap(typesOf).filter(({ declared }) => isCalled(declared, credentials.type))
  const [first, other] = brought
  if (!first) return
  if (other) throw twice(credentials.type, first, other)
  await requireFitting(credentials, first.declared, first.plugin)
}

function typesOf({ name, capabilities }: HostPlugin): readonly Brought[] {
  return capabilities.capabilities.flatMap(({ types }) =>
    (types.customCredentialTypes ?? []).map((declared) => ({ plugin: name, declared })),
  )
}

/** What one of them takes for well-formed need not be so for the other. */
function twice(type: string, one: Brought, other: Brought): Error {
  return coded('NAME_AMBIGUOUS', {
    message: `credentials of the type ${quote(type)} are brought by two plugins: ${quote(one.plugin)} as ${quote(one.declared.type)}, ${quote(other.plugin)} as ${quote(other.declared.type)}`,
    details: { type, plugins: [one.plugin, other.plugin] },
    hint: 'use one of the two: take the other one out of `operator.plugins` or its folder',
  })
}
