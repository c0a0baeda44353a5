// A route with the decision who may see what it answers. A handler is given what its decision asks for, and is called only through
// it: one that shows repos cannot be reached without knowing what whoever asks may see.
import type { Principal } from '../../auth/principal.ts'
import type { Sight } from '../../auth/read-gate.ts'
import { PRIVATE_CACHING } from '../../private-headers.ts'
import type { Handler, RequestOf } from './env.ts'
import type { Access, Operation } from './operations.ts'

export type TokenHandler = (c: RequestOf, principal: Principal) => Response | Promise<Response>
export type SightHandler = (c: RequestOf, sight: Sight) => Response | Promise<Response>

export type HandlerFor = {
  /** The same to everybody: it says nothing of any repo. */
  readonly everyone: Handler
  /** Only with a token; the handler asks what it allows. */
  readonly token: TokenHandler
  /** What is public, and what the token that is sent may read. */
  readonly sight: SightHandler
}

export type Route = {
  readonly [Each in Access]: {
    readonly method: Operation['method']
    readonly path: string
    readonly access: Each
    readonly handle: HandlerFor[Each]
  }
}[Access]

type Guards = {
  readonly principal: (c: RequestOf) => Promise<Principal>
  readonly sight: (c: RequestOf) => Promise<Sight>
}

export function guardedBy(route: Route, guards: Guards): Handler {
  switch (route.access) {
    case 'everyone':
      return route.handle
    case 'token':
      return async (c) => route.handle(c, await guards.principal(c))
    case 'sight':
      return async (c) => {
        const sight = await guards.sight(c)
        return asSeen(await route.handle(c, sight), sight)
      }
  }
}

/** No cache gives to one what another one saw. */
function asSeen(answer: Response, { isAnonymous }: Sight): Response {
  answer.headers.append('Vary', 'Authorization')
  if (!isAnonymous) answer.headers.set('Cache-Control', PRIVATE_CACHING)
  return answer
}
