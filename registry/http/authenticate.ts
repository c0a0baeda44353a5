// From a request to the one who asks.
import type { Principal } from '../auth/principal.ts'
import { authenticate } from '../auth/principal.ts'
import type { RegistryServices } from '../services.ts'
import type { RequestOf } from './env.ts'
import { contextOf } from './request-context.ts'

/** Throws UNAUTHENTICATED. */
export function principalOf(c: RequestOf, { db, clock }: RegistryServices): Principal {
  const principal = authenticate(db, c.req.header('authorization'), clock())
  contextOf(c.env.incoming).tokenId = principal.id
  return principal
}
