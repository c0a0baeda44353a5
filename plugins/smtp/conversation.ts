// What is said to a mail server, in order: greeting, TLS, login, envelope, mail. It is sent when the server has confirmed the dot
// at its end, and not before.
import type { ConnectionOptions } from 'node:tls'
import type { Mailbox } from './address.ts'
import { addressOf } from './address.ts'
import type { Connection } from './connection.ts'
import type { Capabilities, Login } from './login.ts'
import { logIn } from './login.ts'
import { dotStuffed } from './message.ts'
import { Refusal } from './refusal.ts'
import type { Reply } from './reply.ts'
import { refusedBy, shownReply } from './reply.ts'

export type Delivery = {
  readonly from: Mailbox
  readonly to: readonly Mailbox[]
  /** The mail with its headers. */
  readonly text: string
  readonly hello?: string
  readonly encryption: 'starttls' | 'implicit' | 'none'
  readonly tls: ConnectionOptions
  readonly login?: Login
}

export type Accepted = {
  /** What the server said at the end. */
  readonly words: string
  readonly count: number
  /** Receivers that it did not take, with its words. */
  readonly refused: readonly string[]
}

/** Throws Refusal. */
export async function deliver(connection: Connection, delivery: Delivery): Promise<Accepted> {
  if (delivery.encryption === 'implicit') await connection.encrypt(delivery.tls)
  expectCode(await connection.reply(), 220, 'the connection')
  let capabilities = await greet(connection, delivery)
  if (delivery.encryption === 'starttls') {
    await startTls(connection, capabilities, delivery)
    // What was promised in the clear may have been written by somebody else.
    capabilities = await greet(connection, delivery)
  }
  if (delivery.login) await logIn(connection, capabilities, delivery.login)
  const accepted = await sendMail(connection, capabilities, delivery)
  connection.quit()
  return accepted
}

async function greet(connection: Connection, { hello, encryption, login }: Delivery): Promise<Capabilities> {
  const name = hello ?? connection.ownAddress
  const reply = await connection.command(`EHLO ${name}`)
  if (reply.code === 250) return capabilitiesOf(reply)
  const isOld = [500, 502, 504].includes(reply.code) && encryption === 'none' && !login
  if (!isOld) throw refusedBy(reply, 'EHLO')
  expectCode(await connection.command(`HELO ${name}`), 250, 'HELO')
  return new Map()
}

function capabilitiesOf({ lines }: Reply): Capabilities {
  return new Map(
    lines.slice(1).map((line) => {
      const [keyword = '', ...words] = line.trim().split(/[ =]+/)
      return [keyword.toUpperCase(), words.join(' ')]
    }),
  )
}

async function startTls(connection: Connection, capabilities: Capabilities, { tls }: Delivery): Promise<void> {
  if (!capabilities.has('STARTTLS'))
    throw new Refusal(
      'failed',
      'tls',
      'the server offers no STARTTLS; `tls: implicit` is for servers that begin with TLS, `tls: none` sends in the clear',
    )
  expectCode(await connection.command('STARTTLS'), 220, 'STARTTLS')
  await connection.encrypt(tls)
}

async function sendMail(connection: Connection, capabilities: Capabilities, delivery: Delivery): Promise<Accepted> {
  const { from, to, text } = delivery
  const needsUtf8 = [from, ...to].some((mailbox) => mailbox.needsUtf8)
  if (needsUtf8 && !capabilities.has('SMTPUTF8'))
    throw new Refusal('failed', 'refused', 'an address is not in ASCII, and the server does not take such (SMTPUTF8)')
  const sender = `MAIL FROM:<${addressOf(from)}>${needsUtf8 ? ' SMTPUTF8' : ''}`
  expectCode(await connection.command(sender), 250, `sender ${addressOf(from)}`)
  const refused = await nameReceivers(connection, to)
  expectCode(await connection.command('DATA'), 354, 'the mail')
  const end = await connection.data(`${dotStuffed(text)}.\r\n`)
  expectCode(end, 250, 'the mail')
  return { words: shownReply(end), count: to.length - refused.length, refused }
}

/** The mail goes to those that are taken; when nobody is, the first reason decides, and one that may pass before others. */
async function nameReceivers(connection: Connection, to: readonly Mailbox[]): Promise<string[]> {
  const refusals: Refusal[] = []
  for (const mailbox of to) {
    const reply = await connection.command(`RCPT TO:<${addressOf(mailbox)}>`)
    if (reply.code === 421) throw refusedBy(reply, 'the mail')
    if (reply.code !== 250 && reply.code !== 251) refusals.push(refusedBy(reply, `receiver ${addressOf(mailbox)}`))
  }
  if (refusals.length < to.length) return refusals.map(({ message }) => message)
  throw (
    refusals.find(({ status }) => status === 'retry') ?? refusals[0] ?? new Refusal('failed', 'refused', 'no receiver')
  )
}

function expectCode(reply: Reply, code: number, what: string): void {
  if (reply.code !== code) throw refusedBy(reply, what)
}
