// The one gate before everything that only some may read. What is public never comes here with its bytes: it lies in a tree of its
// own. Whoever may not read a private repo is answered as if it did not exist, whichever of these it is: before anybody said who they
// are, what is private and what does not exist are not told apart by a look at either.
import type { IncomingMessage } from 'node:http'
import { isCoded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import type { Clock } from '../context.ts'
import type { Visibility } from '../db/records.ts'
import type { MetadataStore } from '../db/store.ts'
import { loginNeeded, repoNotFound } from './hidden-repo.ts'
import type { Principal } from './principal.ts'
import { authenticate, requireLiving } from './principal.ts'
import type { PullGrant, PullTokens } from './pull-token.ts'
import { isLiving } from './pull-token.ts'
import { mayRead } from './scope.ts'

/** What whoever asks may see beside what is public. */
export type Sight = {
  readonly isAnonymous: boolean
  readonly privateRepos: readonly Name[]
  /** Whether logging in could show more. */
  readonly hasPrivate: boolean
}

// allow(dead-export): the test renders a page without a server that would ask who reads it
export const PUBLIC_SIGHT: Sight = { isAnonymous: true, privateRepos: [], hasPrivate: false }

export type ReadGate = {
  /**
   * Of a repo that whoever asks may read. Throws REPO_NOT_FOUND for one that is not there for them, UNAUTHENTICATED where a login could
   * help or a token does not count, or RATE_LIMITED.
   */
  admit(request: IncomingMessage, repo: Name): Promise<Visibility>
  /** Throws UNAUTHENTICATED for a token that does not count, or RATE_LIMITED. */
  sight(request: IncomingMessage): Promise<Sight>
  /** For clients that ask whether they have to log in. Throws UNAUTHENTICATED when they do, or RATE_LIMITED. */
  greet(request: IncomingMessage): Promise<void>
  /** Who asks, by a token; undefined for whoever says nothing. Throws UNAUTHENTICATED or RATE_LIMITED. */
  principal(request: IncomingMessage): Promise<Principal | undefined>
}

type ReadGateOptions = {
  readonly metadata: Pick<MetadataStore, 'repos' | 'tokens'>
  readonly clock: Clock
  readonly pullTokens: PullTokens
  /** Told who asked. */
  readonly noteReader: (request: IncomingMessage, tokenId: string) => void
  /** What a token that does not count is answered with: itself, or that there were too many. */
  readonly afterRefusal: (request: IncomingMessage, error: Error) => Error
}

export function createReadGate(options: ReadGateOptions): ReadGate {
  const { metadata, clock, pullTokens, noteReader, afterRefusal } = options
  const { repos, tokens } = metadata

  async function principal(request: IncomingMessage): Promise<Principal | undefined> {
    const { authorization } = request.headers
    return authorization === undefined
      ? undefined
      : known(request, () => authenticate(metadata, asBearer(authorization), clock()))
  }

  async function known(request: IncomingMessage, find: () => Promise<Principal>): Promise<Principal> {
    try {
      const found = await find()
      noteReader(request, found.id)
      return found
    } catch (error) {
      throw isCoded(error, 'UNAUTHENTICATED') ? afterRefusal(request, error) : error
    }
  }

  /** Undefined for a token that was not issued here or ran out: clients fetch a new one. */
  function grantOf(request: IncomingMessage): PullGrant | undefined | 'none' {
    const [, text] = /^Bearer (octo-pull\..+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (text === undefined) return 'none'
    const grant = pullTokens.read(text)
    return grant && isLiving(grant, clock()) ? grant : undefined
  }

  /** Undefined for whoever has to say first who they are. */
  async function readerOf(request: IncomingMessage, repo: Name): Promise<Principal | undefined> {
    const grant = grantOf(request)
    if (grant === 'none') return principal(request)
    const id = grant?.tokenId
    if (id === undefined || !grant?.repos.includes(repo)) return undefined
    return known(request, async () => requireLiving(await tokens.find(id), clock()))
  }

  return {
    principal,
    async admit(request, repo) {
      const visibility = await repos.visibility(repo)
      if (visibility === 'public') return visibility
      if (!(await repos.hasPrivate())) throw repoNotFound(repo)
      const reader = await readerOf(request, repo)
      if (!reader) throw loginNeeded(repo)
      if (visibility === 'private' && mayRead(reader.scopes, repo)) return visibility
      throw repoNotFound(repo)
    },
    async sight(request) {
      // Where nothing is private, what a server in front asks for is none of ours.
      if (!(await repos.hasPrivate())) return PUBLIC_SIGHT
      const reader = await principal(request)
      if (!reader) return { ...PUBLIC_SIGHT, hasPrivate: true }
      const privateRepos = (await repos.list('private')).filter((repo) => mayRead(reader.scopes, repo))
      return { isAnonymous: false, privateRepos, hasPrivate: true }
    },
    async greet(request) {
      if (!(await repos.hasPrivate())) return
      const grant = grantOf(request)
      if (grant === undefined || (grant === 'none' && !(await principal(request)))) throw loginNeeded()
    },
  }
}

/** Clients of registries, curl and browsers send a token as the password of any user. */
function asBearer(authorization: string): string {
  const [, encoded] = /^Basic ([A-Za-z0-9+/]{1,1024}={0,2})$/i.exec(authorization) ?? []
  if (encoded === undefined) return authorization
  const login = Buffer.from(encoded, 'base64').toString('latin1')
  return `Bearer ${login.slice(login.indexOf(':') + 1)}`
}
