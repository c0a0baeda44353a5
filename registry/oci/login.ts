// How clients of containers log in, as the token specification of the OCI registries has it: what is refused names the address that
// gives tokens and what the token has to be for; there a login becomes a token for some minutes. Whoever does not log in gets one, too:
// many clients ask with it for what is public.

import type { Name } from '../../schemas/name.ts'
import type { PullTokens } from '../auth/pull-token.ts'
import { PULL_LIFE_MS } from '../auth/pull-token.ts'
import type { ReadGate } from '../auth/read-gate.ts'
import type { Clock } from '../context.ts'
import type { OciPlace } from './address.ts'
import { readOciAddress, readRepository, TOKEN_PATH } from './address.ts'
import type { Exchange } from './small-answers.ts'
import { queryOf, send } from './small-answers.ts'

/** Of one question. */
const MAX_SCOPES = 32

type Login = {
  readonly gate: Pick<ReadGate, 'principal'>
  readonly pullTokens: PullTokens
  readonly place: OciPlace
  readonly clock: Clock
}

/** Throws UNAUTHENTICATED for a login that does not count, or RATE_LIMITED. */
export async function sendToken(exchange: Exchange, { gate, pullTokens, place, clock }: Login): Promise<void> {
  const principal = await gate.principal(exchange.req)
  const now = clock()
  const token = pullTokens.issue({
    tokenId: principal?.id,
    repos: reposIn(queryOf(exchange.req), place),
    until: now + PULL_LIFE_MS,
  })
  const times = { expires_in: PULL_LIFE_MS / 1000, issued_at: new Date(now).toISOString() }
  const answer = { token, access_token: token, ...times }
  send(exchange, answer, { 'Cache-Control': 'no-store', Vary: 'Authorization' })
}

/** What is asked for and cannot be ours is left out, as the specification wants it. */
function reposIn(query: URLSearchParams, place: OciPlace): readonly Name[] {
  const scopes = query.getAll('scope').flatMap((text) => text.split(' '))
  const repos = scopes.slice(0, MAX_SCOPES).flatMap((scope) => {
    const [, name, actions = ''] = /^repository:([^:]+):([a-z,*]+)$/.exec(scope) ?? []
    const isPull = actions.split(',').some((action) => action === 'pull' || action === '*')
    return name !== undefined && isPull ? (repoOf(name, place) ?? []) : []
  })
  return [...new Set(repos)]
}

function repoOf(name: string, place: OciPlace): Name | undefined {
  try {
    return readRepository(name, place).repo
  } catch {
    return undefined
  }
}

type Asked = { readonly baseUrl: string; readonly place: OciPlace }

/** The value of WWW-Authenticate: at the address that gives tokens a login is asked for, everywhere else a token of it. */
export function challengeFor(url: string, { baseUrl, place }: Asked): string {
  const address = readOciAddress(url, place)
  if (address.kind === 'token') return 'Basic realm="octo"'
  const scope = 'at' in address ? `,scope="repository:${address.at.name}:pull"` : ''
  return `Bearer realm="${baseUrl}/v2${TOKEN_PATH}",service="${new URL(baseUrl).host}"${scope}`
}
