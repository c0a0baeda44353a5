// Servers that answer a health check wrongly in every way that does not depend on the protocol, for a table of cases; and the
// promise that holds for all of them.
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { Check } from '../../../sdk/index.ts'
import { seededRandom } from '../builders/seeded-random.ts'
import { holdingOn, repeating, saying, scriptedServer } from './scripted-server.ts'

export type HostilePeer = { readonly what: string; readonly script: (socket: Socket) => void }

/** What a server sends to a stranger who speaks no TLS: an alert. */
const TLS_ALERT = Buffer.from('15030100020246', 'hex')

export const STRANGERS: readonly HostilePeer[] = [
  { what: 'hangs up', script: (socket) => void socket.end() },
  { what: 'breaks off', script: (socket) => void socket.resetAndDestroy() },
  { what: 'answers in HTTP/1', script: saying('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n') },
  { what: 'answers in TLS', script: saying(TLS_ALERT) },
  { what: 'says hello as SSH does', script: holdingOn('SSH-2.0-OpenSSH_9.9\r\n') },
  { what: 'says hello as SMTP does', script: holdingOn('220 mail.example ESMTP\r\n') },
  { what: 'sends zeros without end', script: repeating(Buffer.alloc(1024)) },
  { what: 'sends ones without end', script: repeating(Buffer.alloc(1024, 255)) },
  { what: 'sends text without end', script: repeating(Buffer.from('SERVING 0 OK \n')) },
]

/** The check fails, says why with a code and in one sentence, and sends nobody into a trap. */
export async function failsSoberly(t: TestContext, check: Check, { what, script }: HostilePeer): Promise<string> {
  const port = await scriptedServer(t, script)
  const { status, summary, details } = await check.evaluate([`--address=127.0.0.1:${port}`, ...plain(check)])
  assert.equal(status, 'critical', `${what}: ${summary}`)
  assert.ok(summary.startsWith(`127.0.0.1:${port}: `) && summary.length < 400, `${what}: ${summary}`)
  assert.doesNotMatch(summary, /\p{C}/u, what)
  assert.match(String(details?.code), /^[A-Z][A-Z0-9_]+$/, `${what}: ${summary}`)
  return summary
}

function plain(check: Check): string[] {
  return 'plaintext' in check.options ? ['--plaintext'] : []
}

/** The good answer, cut off after each of its bytes. */
export function truncations(good: Buffer): readonly HostilePeer[] {
  return Array.from(good, (_byte, length) => ({
    what: `hangs up after ${length} bytes`,
    script: saying(good.subarray(0, length)),
  }))
}

/** Bytes by chance: alone, and behind a good beginning. */
export function noises(beginning: Buffer, count: number): readonly HostilePeer[] {
  const random = seededRandom()
  return Array.from({ length: count }, (_none, index) => {
    const noise = Buffer.from(Array.from({ length: 1 + random.below(200) }, () => random.below(256)))
    const bytes = Buffer.concat([index % 2 ? beginning : Buffer.alloc(0), noise])
    return { what: `noise ${index} of seed ${random.seed}: ${bytes.toString('hex')}`, script: saying(bytes) }
  })
}
