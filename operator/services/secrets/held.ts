// What one source has given, until when that is good, and when it is asked again: at two thirds of that time, so that a server that
// is away for a while costs nobody anything. By the clock of the wall, as the source says it. Pure.
import type { SecretLease, SecretResultLine } from '../../../schemas/contract/secrets.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { jittered } from '../../../system/async/jittered.ts'
import { pauseBefore } from '../life/pause.ts'
import type { Secrets } from './secret-folders.ts'

export type Held = {
  readonly secrets: Secrets
  /** They have no end when absent. */
  readonly expiresAt?: number
  /** Never when absent. */
  readonly askAt?: number
  /** To be made longer the next time. */
  readonly lease?: SecretLease
  readonly version?: string
}

type Moment = {
  readonly now: number
  /** From 0 to 1. */
  readonly random: number
}

const SHARE = 2 / 3
const JITTER = 0.1
/** However short a source makes it. */
const LEAST_MS = 200
const LEAST_REFRESH_MS = 1000

/** A sentence where what it says is of no use. */
export function heldFrom(
  line: SecretResultLine,
  before: Held | undefined,
  { now, random, refreshMs }: Moment & { readonly refreshMs: number | undefined },
): Held | string {
  const secrets = line.secrets ?? (line.renewed ? before?.secrets : undefined)
  if (!secrets) return 'says that it renewed a lease, and none was given before'
  const expiresAt = line.expires === undefined ? undefined : Date.parse(line.expires)
  if (expiresAt !== undefined && expiresAt <= now) return 'gives secrets whose time is over'
  const lease = line.lease ?? (line.renewed ? before?.lease : undefined)
  const askAfterMs = [
    ...(expiresAt === undefined
      ? []
      : [Math.max(jittered((expiresAt - now) * SHARE, { share: JITTER, random }), LEAST_MS)]),
    ...[line.refreshAfterMs, refreshMs].flatMap((ms) => (ms === undefined ? [] : [Math.max(ms, LEAST_REFRESH_MS)])),
  ]
  return {
    secrets,
    ...omitUndefined({ expiresAt }),
    ...(askAfterMs.length === 0 ? {} : { askAt: now + Math.min(...askAfterMs) }),
    ...(lease && line.renewable ? { lease } : {}),
    ...omitUndefined({ version: line.version }),
  }
}

export function isGood({ expiresAt }: Held, now: number): boolean {
  return expiresAt === undefined || expiresAt > now
}

/** What will not succeed by itself is asked less often. */
const LEAST_AFTER_REFUSAL_MS = 10_000

/** When a source is asked again that gave nothing, `failures` times in a row. */
export function retryAt(
  { status, retryAfterMs = 0 }: { readonly status: 'retry' | 'failed'; readonly retryAfterMs?: number },
  failures: number,
  { now, random }: Moment,
): number {
  const leastMs = status === 'failed' ? LEAST_AFTER_REFUSAL_MS : retryAfterMs
  return now + Math.max(pauseBefore(failures, random), leastMs)
}
