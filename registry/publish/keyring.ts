// The keys of a repo as the proof takes them, and which of them may sign at a moment.
import type { TrustKey } from '../../schemas/trust-key.ts'
import type { RepoKey } from '../db/records.ts'

/** Revoked keys say so. */
export function keyringOf(keys: readonly RepoKey[]): TrustKey[] {
  return keys.map(({ id, kind, pem, validFrom, validTo, revokedAt }) => ({
    id,
    kind,
    pem,
    ...(validFrom === null ? {} : { from: validFrom }),
    ...(validTo === null ? {} : { to: validTo }),
    ...(revokedAt === null ? {} : { revoked: true }),
  }))
}

/** Whether it may sign at this moment: it is there, not revoked, and inside its window. */
export function isAdmitted(key: RepoKey | undefined, now: number): boolean {
  if (!key || key.revokedAt !== null) return false
  return (key.validFrom === null || key.validFrom <= now) && (key.validTo === null || now < key.validTo)
}
