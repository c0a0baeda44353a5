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
    throw isCoded(error, 'UNAUTHENTICATED') ? afterRefusal(error, context.address, services) : error
  }
}

/** What a token that does not count is answered with. */
export function afterRefusal(
  error: Error,
  address: string | undefined,
  { refusedTries, config }: Pick<RegistryServices, 'refusedTries' | 'config'>,
): Error {
  const retryAfter = refusedTries.note(address ?? 'unknown')
  if (retryAfter === undefined) return error
  const setting = limitOption('refusedTriesPerHour')
  const limit = config.limits.refusedTriesPerHour
  return coded('RATE_LIMITED', {
    message: `${error.message}, and this address has used up its \`${setting}\`, which is ${limit}`,
    details: { setting, limit, retryAfter },
    hint: 'a token that is valid works at once: `octo login --registry URL --token-file FILE` keeps one',
    cause: error,
  })
}
