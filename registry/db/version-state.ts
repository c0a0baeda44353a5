// Which of a version's flags shows, the same for every database.
import type { VersionState } from '../../schemas/plugin-document.ts'
import type { VersionFlags } from './records.ts'

/** The blocking one wins; being deprecated blocks nothing. */
export function stateOf({ quarantined, yanked }: Pick<VersionFlags, 'quarantined' | 'yanked'>): VersionState {
  if (quarantined !== null) return 'quarantined'
  return yanked === null ? 'active' : 'yanked'
}
