// Why a locked version is not the one that is chosen now, where that is not because a newer one fits. Pure.
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import type { Version } from '../../schemas/version.ts'
import { isAtLeast } from '../../schemas/version.ts'
import type { WhyLeft } from '../api.ts'
import type { Choice } from '../sources/offer.ts'
import { answers } from './pick-version.ts'

type Chosen = Pick<Choice, 'document' | 'version' | 'question'>

export function whyLeft(
  { document, version: chosen, question }: Chosen,
  before: LockedPlugin | undefined,
  operatorVersion: Version,
): WhyLeft | undefined {
  if (!before || before.version === chosen.version) return undefined
  const gone = document.versions.find(({ version }) => version === before.version)
  if (!gone) return 'not offered'
  if (gone.state !== 'active') return gone.state
  if (!answers(before.version, question)) return 'range'
  const { minimumOperator } = gone
  return minimumOperator === undefined || isAtLeast(operatorVersion, minimumOperator) ? undefined : 'octo'
}
