// Until when secrets are good, and making that longer. A renewal that a server cuts short is none: new secrets are read in time.
import type { SecretLease } from '../../sdk/index.ts'
import type { Fields } from './answer.ts'
import { fieldsOf, numberOf } from './body.ts'
import type { Session } from './login.ts'
import type { Read } from './read.ts'
import { refusedBy } from './refusal.ts'
import type { Vault } from './request.ts'
import { ask } from './request.ts'

type Validity = {
  readonly expires?: string
  readonly refreshAfterMs?: number
  readonly renewable?: boolean
  readonly lease?: SecretLease
}

/** The longest that the contract can say. */
const MAX_LEASE_MS = 10 * 366 * 24 * 3_600_000

export async function validityOf(vault: Vault, session: Session, { body, metadata }: Read): Promise<Validity> {
  const id = body.lease_id
  const durationMs = Math.min(numberOf(body.lease_duration) * 1000, MAX_LEASE_MS)
  if (typeof id !== 'string' || id === '') {
    const end = metadata?.deletion_time
    const isKnown = typeof end === 'string' && !Number.isNaN(Date.parse(end))
    if (isKnown) return { expires: new Date(end).toISOString() }
    return durationMs > 0 ? { refreshAfterMs: durationMs } : {}
  }
  const lifeMs = session.isOwn ? session.lifeMs : await lifeOfToken(vault, session)
  const goodMs = lifeMs > 0 ? Math.min(durationMs, lifeMs) : durationMs
  // With another token of our own nobody could renew what was made with this one.
  const renewable = body.renewable === true && !session.isOwn
  return { expires: inFuture(goodMs), renewable, lease: { id, durationMs } }
}

/** Undefined when new secrets have to be read: the lease is gone, or was not made as long as before. */
export async function renewLease(vault: Vault, session: Session, lease: SecretLease): Promise<Validity | undefined> {
  const body = { lease_id: lease.id, increment: Math.ceil(lease.durationMs / 1000) }
  const answer = await ask(vault, { method: 'POST', path: 'sys/leases/renew', token: session.token, body })
  if ([400, 403, 404].includes(answer.status)) return undefined
  if (answer.status !== 200) throw refusedBy(answer, 'renewing the lease')
  const durationMs = Math.min(numberOf(answer.body.lease_duration) * 1000, MAX_LEASE_MS)
  if (durationMs < lease.durationMs / 2) return undefined
  const lifeMs = await longerLife(vault, session, durationMs)
  const goodMs = lifeMs > 0 ? Math.min(durationMs, lifeMs) : durationMs
  return { expires: inFuture(goodMs), renewable: answer.body.renewable === true, lease }
}

/** The end of a token is the end of all leases that were made with it. */
async function longerLife(vault: Vault, session: Session, wantedMs: number): Promise<number> {
  const lifeMs = await lifeOfToken(vault, session)
  if (lifeMs === 0 || lifeMs >= wantedMs) return lifeMs
  const body = { increment: Math.ceil(wantedMs / 1000) }
  const answer = await ask(vault, { method: 'POST', path: 'auth/token/renew-self', token: session.token, body })
  return answer.status === 200 ? secondsOf(fieldsOf(answer.body.auth), 'lease_duration') : lifeMs
}

/** 0 where it has no end, or may not be asked. */
async function lifeOfToken(vault: Vault, { token }: Session): Promise<number> {
  const answer = await ask(vault, { path: 'auth/token/lookup-self', token })
  return answer.status === 200 ? secondsOf(fieldsOf(answer.body.data), 'ttl') : 0
}

function secondsOf(fields: Fields | undefined, key: string): number {
  return numberOf(fields?.[key]) * 1000
}

function inFuture(ms: number): string {
  return new Date(Date.now() + ms).toISOString()
}
