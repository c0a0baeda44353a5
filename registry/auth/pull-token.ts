// Tokens of the OCI face: what a client gets for its login, for the repositories that it names and for some minutes, so that what it
// keeps and sends about is not the login itself. Sealed with a key of this process: after a restart clients fetch new ones. Such a
// token says who asks and for what; whether they may is asked again at each use.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Name } from '../../schemas/name.ts'

export type PullGrant = {
  /** Undefined for whoever did not log in. */
  readonly tokenId?: string | undefined
  readonly repos: readonly Name[]
  /** Milliseconds since 1970. */
  readonly until: number
}

export const PULL_LIFE_MS = 300_000

/** Not beyond twice its life: one that a clock gave which was ahead would live until the right clock comes to that time. */
export function isLiving({ until }: PullGrant, now: number): boolean {
  return now < until && until <= now + 2 * PULL_LIFE_MS
}

export type PullTokens = {
  issue(grant: PullGrant): string
  /** Undefined for what was not issued here. */
  read(text: string): PullGrant | undefined
}

const PATTERN = /^octo-pull\.([\w-]{1,8192})\.([\w-]{43})$/

export function createPullTokens(key: Buffer = randomBytes(32)): PullTokens {
  const sealOf = (text: string) => createHmac('sha256', key).update(text).digest()
  return {
    issue(grant) {
      const text = Buffer.from(JSON.stringify(grant)).toString('base64url')
      return `octo-pull.${text}.${sealOf(text).toString('base64url')}`
    },
    read(token) {
      const [, text = '', seal = ''] = PATTERN.exec(token) ?? []
      const given = Buffer.from(seal, 'base64url')
      const expected = sealOf(text)
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      return JSON.parse(Buffer.from(text, 'base64url').toString()) as PullGrant
    },
  }
}
