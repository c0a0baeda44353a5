// Who is asking: a bearer token becomes a principal, and a principal may do what its scopes say. Looked up at every request
// and asked again whenever it counts, so that revoking works at once.
import type { TokenAction } from '../../schemas/api.ts'
import { DAY_MS } from '../../schemas/duration.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { pluginName } from '../../schemas/release-name.ts'
import type { Token } from '../db/records.ts'
import type { MetadataStore } from '../db/store.ts'
import { allows } from './scope.ts'
import { isTokenText, tokenDigest } from './token-text.ts'

export type Principal = Pick<Token, 'id' | 'name' | 'scopes' | 'expiresAt'>

type Tokens = Pick<MetadataStore, 'tokens'>

/** Last use is kept to the minute, so that reading a token seldom writes. */
const LAST_USED_STEP_MS = 60_000
/** By how much a clock may have been set back: more makes a token live longer than anybody gave it. */
const SET_BACK_MS = DAY_MS

/** Throws UNAUTHENTICATED. */
export async function authenticate(
  { tokens }: Tokens,
  authorization: string | undefined,
  now: number,
): Promise<Principal> {
  const token = requireLiving(await tokens.findBySecret(tokenDigest(bearerOf(authorization))), now)
  // Either way: a use that was noted while the clock was ahead would hide all others until then.
  if (Math.abs(now - (token.lastUsedAt ?? 0)) >= LAST_USED_STEP_MS) await noteUse(tokens, token.id, now)
  return token
}

/** Knowing who reads is not worth refusing them while the disk is full or a command holds the database. */
async function noteUse(tokens: Tokens['tokens'], id: string, now: number): Promise<void> {
  try {
    await tokens.noteUse(id, now)
  } catch (error) {
    if (!isCoded(error, 'NO_SPACE') && !isCoded(error, 'STORE_BUSY')) throw error
  }
}

/** Throws FORBIDDEN. */
export function authorize(principal: Principal, action: TokenAction, repo: Name, plugin: Name): void {
  if (allows(principal.scopes, action, repo, plugin)) return
  throw coded('FORBIDDEN', {
    message: `token ${quote(principal.name)} does not allow to ${action} ${quote(pluginName({ repo, plugin }))}`,
    details: { action, repo, plugin },
    hint: (data) =>
      `the registry’s owner makes one that does: \`octo registry token create --name NAME --scope ${repo}/${plugin}:${action} --data ${data}\``,
  })
}

/** What somebody is about to do. */
export type Errand = {
  readonly principal: Pick<Principal, 'id'>
  readonly action: TokenAction
  readonly repo: Name
  readonly plugin: Name
}

/** `token` is the principal's as it stands now, read in the step that does what it allows. Throws UNAUTHENTICATED or FORBIDDEN. */
export function authorizeAgain(token: Token | undefined, now: number, { action, repo, plugin }: Errand): void {
  authorize(requireLiving(token, now), action, repo, plugin)
}

/** Throws UNAUTHENTICATED for a token that is unknown, revoked, expired, or of a time that is yet to come. */
export function requireLiving(token: Token | undefined, now: number): Token {
  if (!token) throw refused('the token is unknown')
  if (token.revokedAt !== null) throw ended('the token was revoked')
  if (token.expiresAt <= now) throw ended(`the token expired at \`${timeOf(token.expiresAt)}\``)
  if (isAhead(token, now))
    throw ended(
      `the token was made at \`${timeOf(token.createdAt)}\`, and the registry’s clock says \`${timeOf(now)}\``,
    )
  return token
}

/** Made by a clock that was ahead of the one that counts. */
export function isAhead({ createdAt }: Pick<Token, 'createdAt'>, now: number): boolean {
  return createdAt > now + SET_BACK_MS
}

function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined) throw refused('a token is needed')
  const [, text = ''] = /^Bearer ([!-~]{1,200})$/i.exec(authorization) ?? []
  if (!isTokenText(text)) throw refused('the token is not one of ours, or has a typing mistake')
  return text
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

/** Logging in once more would bring the same token. */
function ended(message: string): Error {
  return coded('UNAUTHENTICATED', {
    message,
    hint: (data) =>
      `the registry’s owner makes another: \`octo registry token create --name NAME --scope REPO/PLUGIN --data ${data}\``,
  })
}

function refused(message: string): Error {
  return coded('UNAUTHENTICATED', {
    message,
    hint: '`octo login --registry URL --token-file FILE` keeps a token; CI passes it in OCTO_TOKEN',
  })
}
