// Creates tokens and revokes them. The text of a token is in the answer of its creation and nowhere else.
import { randomBytes } from 'node:crypto'
import { DAY_MS } from '../../schemas/duration.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { createTokenText, tokenDigest } from '../auth/token-text.ts'
import type { RegistryDeps } from '../context.ts'
import type { Scope } from '../db/records.ts'
import { LOCAL_ADMIN } from './repos.ts'

const DEFAULT_TOKEN_DAYS = 90
const MAX_TOKEN_DAYS = 366

type Deps = Pick<RegistryDeps, 'metadata' | 'clock'>

export type NewToken = {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly days?: number
}

export type CreatedToken = { readonly id: string; readonly token: string; readonly expiresAt: number }

/** Throws USAGE for a life that is too long or a token that would allow nothing. */
export async function createToken(
  { metadata, clock }: Deps,
  { name, scopes, days = DEFAULT_TOKEN_DAYS }: NewToken,
): Promise<CreatedToken> {
  if (!(days > 0 && days <= MAX_TOKEN_DAYS))
    throw coded('USAGE', { message: `a token lives for more than 0 and at most ${MAX_TOKEN_DAYS} days, found ${days}` })
  if (scopes.length === 0)
    throw coded('USAGE', {
      message: 'a token needs at least one scope',
      hint: (data) => `for example \`octo registry token create --name ci --scope 'core/*' --data ${data}\``,
    })
  const token = createTokenText()
  const now = clock()
  const id = `tok-${randomBytes(6).toString('hex')}`
  const expiresAt = now + Math.round(days * DAY_MS)
  const secretSha256 = tokenDigest(token)
  // Of the secret the log has what the table has, so that one which is exchanged for another is found.
  const details = { name, scopes, expiresAt, secretSha256 }
  await metadata.tokens.create(
    { id, name, scopes, createdAt: now, expiresAt, secretSha256 },
    { at: now, actor: LOCAL_ADMIN, action: 'token-create', subject: id, details },
  )
  return { id, token, expiresAt }
}

/** Works from the next request on. Throws TOKEN_NOT_FOUND. */
export async function revokeToken({ metadata, clock }: Deps, id: string): Promise<void> {
  const now = clock()
  await metadata.tokens.revoke(id, (token) => {
    if (token && token.revokedAt !== null)
      throw coded('TOKEN_NOT_FOUND', {
        message: `token ${quote(id)} was revoked already, at ${new Date(token.revokedAt).toISOString()}`,
        hint: (data) => `\`octo registry token list --data ${data}\` shows those that exist`,
      })
    if (!token)
      throw coded('TOKEN_NOT_FOUND', {
        message: `there is no token ${quote(id)} that could be revoked`,
        hint: (data) => `\`octo registry token list --data ${data}\` shows those that exist`,
      })
    return { revokedAt: now, audit: { at: now, actor: LOCAL_ADMIN, action: 'token-revoke', subject: id } }
  })
}
