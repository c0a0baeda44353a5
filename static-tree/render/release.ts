// The small text beside each artifact that octoctl checks it with.
import { hexOf } from '../../schemas/digest.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'

/** `<file>.sha256`: octoctl compares the first word, sha256sum reads the whole line. */
export function renderChecksum({ digest, file }: Pick<ReleaseArtifact, 'digest' | 'file'>): string {
  return `${hexOf(digest)}  ${file}\n`
}
