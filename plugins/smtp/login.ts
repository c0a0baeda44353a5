// Logs in with a password: PLAIN, or LOGIN where the server knows no other. Never in the clear over a network, and what a server
// says about it is not repeated.
import type { Connection } from './connection.ts'
import { Refusal } from './refusal.ts'
import type { Reply } from './reply.ts'
import { refusedBy } from './reply.ts'

export type Login = { readonly username: string; readonly password: string }

/** What a server can do, by keyword in capitals. */
export type Capabilities = ReadonlyMap<string, string>

const MECHANISM_UNKNOWN = 504

type Speaker = Pick<Connection, 'command' | 'isEncrypted' | 'isLocal'>

/** Throws Refusal. */
export async function logIn(connection: Speaker, capabilities: Capabilities, login: Login): Promise<void> {
  if (!connection.isEncrypted && !connection.isLocal)
    throw new Refusal('failed', 'tls', 'a password is not sent in the clear over a network: leave `tls: none` out')
  const offered = (capabilities.get('AUTH') ?? '').toUpperCase().split(' ').filter(Boolean)
  if (offered.includes('PLAIN')) {
    const reply = await plain(connection, login)
    if (reply.code === 235) return
    if (reply.code !== MECHANISM_UNKNOWN || !offered.includes('LOGIN')) throw refused(reply)
  }
  if (!offered.includes('LOGIN')) throw noMechanism(offered)
  const reply = await loginByQuestions(connection, login)
  if (reply.code !== 235) throw refused(reply)
}

async function plain(connection: Speaker, { username, password }: Login): Promise<Reply> {
  const words = base64(`\0${username}\0${password}`)
  const reply = await connection.command(`AUTH PLAIN ${words}`)
  // Some want to ask for it.
  return reply.code === 334 ? connection.command(words) : reply
}

async function loginByQuestions(connection: Speaker, { username, password }: Login): Promise<Reply> {
  let reply = await connection.command('AUTH LOGIN')
  for (const answer of [username, password]) {
    if (reply.code !== 334) return reply
    reply = await connection.command(base64(answer))
  }
  return reply
}

function refused(reply: Reply): Refusal {
  return refusedBy(reply, 'the login', { isLogin: true })
}

function noMechanism(offered: readonly string[]): Refusal {
  const found =
    offered.length > 0
      ? offered
          .join(', ')
          .replace(/[^\w ,-]/g, '?')
          .slice(0, 100)
      : 'none'
  return new Refusal(
    'failed',
    'denied',
    `the server offers no login that is spoken here: ${found}, expected PLAIN or LOGIN`,
  )
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
