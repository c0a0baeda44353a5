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
