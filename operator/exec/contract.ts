// Whether a plugin is of the kind that its place in the config needs. What a plugin of another kind would say means nothing there.
import type { VerifiedExecutable } from '../../client/index.ts'
import { coded } from '../../schemas/errors.ts'
import type { OutputContract } from '../../schemas/manifest.ts'
import { CHECK_CONTRACTS } from '../../schemas/manifest.ts'
import { quote } from '../../schemas/quote.ts'

/** How each is used, with the contracts that say so. */
const USES = {
  check: { contracts: CHECK_CONTRACTS, noun: 'check' },
  notifier: { contracts: ['notify/v1'], noun: 'notifier' },
  secrets: { contracts: ['secret/v1'], noun: 'source of secrets' },
} as const satisfies Readonly<Record<string, { contracts: readonly OutputContract[]; noun: string }>>

type Use = keyof typeof USES

/** The contract, which is one of this use; throws CONTRACT_MISMATCH. */
export function requireContract<Wanted extends Use>(
  { plugin, manifest }: Pick<VerifiedExecutable, 'plugin' | 'manifest'>,
  use: Wanted,
): (typeof USES)[Wanted]['contracts'][number] {
  const { contracts, noun } = USES[use]
  const { output } = manifest
  if (contracts.some((contract) => contract === output)) return output as (typeof USES)[Wanted]['contracts'][number]
  throw coded('CONTRACT_MISMATCH', {
    message: `plugin ${quote(plugin)} is no ${noun}: its output is ${quote(output)}, expected ${contracts.map(quote).join(' or ')}`,
    details: { plugin, expected: contracts, found: output },
    hint: `\`octo info ${plugin}\` says what it is for`,
  })
}
