// Sends a notification as an e-mail.
import type { NotifierContext, NotifyResult } from '../../sdk/index.ts'
import {
  connectionReason,
  defineNotifier,
  describeConnectError,
  dial,
  failed,
  invalidOptions,
  renderEndpoint,
  retry,
  sent,
  tlsOptions,
} from '../../sdk/index.ts'
import { addressOf, parseMailbox } from './address.ts'
import { Connection } from './connection.ts'
import type { Accepted, Delivery } from './conversation.ts'
import { deliver } from './conversation.ts'
import type { Login } from './login.ts'
import { renderMail } from './message.ts'
import { options } from './options.ts'
import { Refusal } from './refusal.ts'

type Context = NotifierContext<typeof options>

const PORTS = { starttls: 587, implicit: 465, none: 25 } as const

export const notifier = defineNotifier({
  name: 'smtp',
  version: '1.0.0',
  summary: 'sends notifications by e-mail',
  options,
  run: async ({ options, notification, signal }) => {
    const from = parseMailbox(options.from, 'from')
    const to = receivers(options.to)
    const mail = renderMail(notification, from, to)
    const endpoint = { kind: 'tcp', host: options.server, port: portOf(options) } as const
    const delivery = { from, to, text: mail.text, ...settingsOf(options, endpoint.port) }
    try {
      using connection = new Connection(await dial(endpoint, options.timeout, signal), {
        timeoutMs: options.timeout,
        signal,
      })
      return delivered(await deliver(connection, delivery), renderEndpoint(endpoint), mail.messageId)
    } catch (error) {
      if (signal.aborted) return retry(`${renderEndpoint(endpoint)}: not sent before the deadline`, { reason: 'late' })
      return notDelivered(error, renderEndpoint(endpoint))
    }
  },
})

function delivered({ words, count, refused }: Accepted, server: string, messageId: string): NotifyResult {
  const whom = `${count} ${count === 1 ? 'receiver' : 'receivers'}`
  const note = refused.length > 0 ? `, ${refused.length} refused` : ''
  return sent(`${server} took it for ${whom}${note}: ${words}`, { reference: messageId, warnings: [...refused] })
}

function notDelivered(error: unknown, server: string): NotifyResult {
  if (error instanceof Refusal) {
    const { status, reason, message } = error
    return status === 'retry' ? retry(`${server}: ${message}`, { reason }) : failed(`${server}: ${message}`, { reason })
  }
  const kind = connectionReason((error as NodeJS.ErrnoException).code)?.kind
  const words = `${server}: ${describeConnectError(error)}`
  if (kind === undefined && !(error instanceof AggregateError)) throw error
  const isTls = kind === 'untrusted' || kind === 'certificate' || kind === 'handshake'
  return isTls ? failed(words, { reason: 'tls' }) : retry(words, { reason: 'unavailable' })
}

/** Each once: a server that is told a receiver twice may send the mail twice. */
function receivers(texts: readonly string[]) {
  const all = texts.map((text) => parseMailbox(text, 'to'))
  return [...new Map(all.map((mailbox) => [addressOf(mailbox), mailbox])).values()]
}

function portOf({ port, tls = 'starttls' }: Context['options']): number {
  return port ?? PORTS[tls]
}

function settingsOf(given: Context['options'], port: number): Pick<Delivery, 'encryption' | 'tls' | 'login' | 'hello'> {
  const { server, tls, hello, 'ca-file': caFile, 'server-name': serverName } = given
  const login = loginOf(given)
  if (hello !== undefined && !/^[A-Za-z0-9.:[\]-]{1,255}$/.test(hello))
    throw invalidOptions('--hello is no host name, expected letters, digits, `.` and `-`')
  return {
    encryption: tls ?? (port === PORTS.implicit ? 'implicit' : 'starttls'),
    tls: tlsOptions({ insecure: false, caFile, serverName }, server),
    ...(login ? { login } : {}),
    ...(hello ? { hello } : {}),
  }
}

function loginOf({ username, user, password }: Context['options']): Login | undefined {
  if (username !== undefined && user !== undefined && username !== user)
    throw invalidOptions('--username and --user name two people, expected one of them')
  const name = username ?? user
  if (name === undefined && password === undefined) return undefined
  if (name === undefined) throw invalidOptions('--username is missing: whose password is it?')
  if (password === undefined) throw invalidOptions('--password is missing: the password of --username')
  if (`${name}${password}`.includes('\0')) throw invalidOptions('--username or --password holds a NUL')
  return { username: name, password }
}
