// From a request to the one who asks.
import { coded, isCoded } from '../../../schemas/errors.ts'
import type { Principal } from '../../auth/principal.ts'
import { authenticate } from '../../auth/principal.ts'
import type { RegistryServices } from '../../context.ts'
import { limitOption } from '../../limit-names.ts'
import type { RequestOf } from './env.ts'
import { contextOf } from './request-context.ts'

/** Throws UNAUTHENTICATED, or RATE_LIMITED in its place for an address that was refused too often. */
export async function principalOf(c: RequestOf, services: RegistryServices): Promise<Principal> {
  const { metadata, clock } = services
  const context = contextOf(c.env.incoming)
  try {
    const principal = await authenticate(metadata, c.req.header('authorization'), clock())
    context.tokenId = principal.id
    return principal
  } catch (error) {
    if (isCoded(error, 'UNAUTHENTICATED')) refuseMany(error, context.address, services)
    throw error
  }
}

function refuseMany(error: Error, address: string | undefined, { refusedTries, config }: RegistryServices): void {
  const retryAfter = refusedTries.note(address ?? 'unknown')
  if (retryAfter === undefined) return
  const setting = limitOption('refusedTriesPerHour')
  const limit = config.limits.refusedTriesPerHour
  throw coded('RATE_LIMITED', {
    message: `${error.message}, and this address has used up its \`${setting}\`, which is ${limit}`,
    details: { setting, limit, retryAfter },
    hint: 'a token that is valid works at once: `octo login --registry URL --token-file FILE` keeps one',
    cause: error,
  })
}
