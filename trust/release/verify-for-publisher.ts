// The proof of clients where a release is made: the same door, with advice for somebody who holds keys and pins none.
import { coded, isCoded } from '../../schemas/errors.ts'
import type { ReleaseClaim, VerifiedRelease } from './verify-release.ts'
import { verifyRelease } from './verify-release.ts'

/** Throws what verifyRelease throws; `signerHint` says what to do about SIGNER_NOT_ALLOWED, `revokedHint` when the key was taken back. */
export function verifyForPublisher(claim: ReleaseClaim, signerHint: string, revokedHint = signerHint): VerifiedRelease {
  try {
    return verifyRelease(claim)
  } catch (error) {
    if (!isCoded(error, 'SIGNER_NOT_ALLOWED')) throw error
    const { code, message, details } = error
    throw coded(code, { message, details, hint: details.revoked === true ? revokedHint : signerHint, cause: error })
  }
}
