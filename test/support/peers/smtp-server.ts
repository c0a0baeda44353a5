// A mail server of a test, which says what it is told to and remembers what it heard. It is as strict as a good one about what it
// hears: a command before its time, or an envelope with more than an address, is recorded as a breach.
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import type { TestContext } from 'node:test'
import type { SecureContext } from 'node:tls'
import { createSecureContext, TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { listening } from '../machine/listening.ts'

const tlsFile = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url))
/** Trusts the certificate of the server, which is for `localhost`. */
export const MAIL_CA = tlsFile('localhost.crt')

const TLS_HANDSHAKE = 0x16

export type SmtpScript = {
  readonly greeting?: string
  /** Behind the first line of EHLO. */
  readonly offers?: readonly string[]
  /** The same after STARTTLS; those before when absent. */
  readonly offersInside?: readonly string[]
  readonly implicit?: boolean
  /** An answer instead of the usual one, by the command line or `.` for the end of the mail; `close` hangs up, `silence` says nothing. */
  readonly answer?: (line: string, isEncrypted: boolean) => string | undefined
  /** How a text leaves: in one piece, unless told otherwise. */
  readonly write?: (socket: Socket, text: string) => void
}

export type SmtpHeard = {
  readonly port: number
  readonly lines: string[]
  /** The mails as they came, dots taken out again. */
  readonly mails: string[]
  readonly breaches: string[]
}

export async function smtpServer(t: TestContext, script: SmtpScript = {}): Promise<SmtpHeard> {
  const heard = { lines: [] as string[], mails: [] as string[], breaches: [] as string[] }
  const context = createSecureContext({
    ...{ key: readFileSync(tlsFile('localhost.key')), cert: readFileSync(MAIL_CA) },
  })
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    const start = script.implicit ? encrypted(socket, context) : socket
    converse(start, { script, heard, context, isEncrypted: script.implicit === true })
  })
  return { ...heard, port: await listening(t, server) }
}

function encrypted(socket: Socket, secureContext: SecureContext): TLSSocket {
  return new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => undefined)
}

type Talk = {
  readonly script: SmtpScript
  readonly heard: Omit<SmtpHeard, 'port'>
  readonly context: SecureContext
  readonly isEncrypted: boolean
}

function converse(socket: Socket, talk: Talk): void {
  const { script, heard, isEncrypted } = talk
  const say = (text: string) => (script.write ?? ((to, what) => to.write(what)))(socket, text)
  let rest = ''
  let mail: string[] | undefined
  let asked: string[] = []

  function take(line: string): void {
    if (mail) {
      takeOfMail(line)
      return
    }
    heard.lines.push(line)
    const special = script.answer?.(line, isEncrypted)
    if (special === 'silence') return
    if (special === 'close') {
      socket.destroy()
      return
    }
    const usual = special ?? usualAnswer(line)
    if (/^STARTTLS$/i.test(line) && usual.startsWith('220')) {
      secure(usual)
      return
    }
    if (/^DATA$/i.test(line) && usual.startsWith('354')) mail = []
    say(usual)
    if (/^QUIT$/i.test(line)) socket.end()
  }

  function takeOfMail(line: string): void {
    if (line !== '.') {
      mail?.push(line.startsWith('.') ? line.slice(1) : line)
      return
    }
    heard.mails.push((mail ?? []).join('\r\n'))
    mail = undefined
    const special = script.answer?.('.', isEncrypted)
    if (special === 'close') socket.destroy()
    else if (special !== 'silence') say(special ?? '250 2.0.0 queued as 1\r\n')
  }

  function secure(answer: string): void {
    socket.removeListener('data', read)
    socket.write(answer, () => converse(encrypted(socket, talk.context), { ...talk, isEncrypted: true }))
  }

  function usualAnswer(line: string): string {
    const [word = ''] = line.toUpperCase().split(/[ :]/)
    const offers = isEncrypted ? (script.offersInside ?? script.offers ?? []) : (script.offers ?? ['STARTTLS'])
    if (word === 'EHLO') return ['250-mail.test', ...offers.map((offer) => `250-${offer}`), '250 HELP', ''].join('\r\n')
    if (word === 'HELO') return '250 mail.test\r\n'
    if (word === 'STARTTLS') return '220 go ahead\r\n'
    if (word === 'AUTH') return auth(line)
    if (asked.length > 0) return next()
    if (word === 'MAIL' || word === 'RCPT') return envelope(line)
    if (word === 'DATA') return '354 go on\r\n'
    return word === 'QUIT' ? '221 bye\r\n' : '500 what?\r\n'
  }

  function auth(line: string): string {
    const [, mechanism, initial] = line.split(' ')
    if (mechanism === 'PLAIN' && initial !== undefined) return '235 2.7.0 in\r\n'
    asked = mechanism === 'LOGIN' ? ['334 UGFzc3dvcmQ6\r\n', '235 2.7.0 in\r\n'] : ['235 2.7.0 in\r\n']
    return mechanism === 'LOGIN' ? '334 VXNlcm5hbWU6\r\n' : '334 \r\n'
  }

  function next(): string {
    return asked.shift() ?? '500 what?\r\n'
  }

  function envelope(line: string): string {
    if (!/^(MAIL FROM|RCPT TO):<[^<>\s,]+@[^<>\s,@]+>( SMTPUTF8)?$/i.test(line)) heard.breaches.push(line)
    return '250 2.1.0 fine\r\n'
  }

  function read(chunk: Buffer): void {
    // The begin of TLS, which holds line ends by chance.
    if (!isEncrypted && chunk[0] === TLS_HANDSHAKE) return
    rest += chunk.toString('utf8')
    for (let at = rest.indexOf('\r\n'); at >= 0; at = rest.indexOf('\r\n')) {
      const line = rest.slice(0, at)
      rest = rest.slice(at + 2)
      if (/[\r\n]/.test(line)) heard.breaches.push(`a lone line end in ${JSON.stringify(line.slice(0, 100))}`)
      if (line.length > 998) heard.breaches.push(`a line of ${line.length}`)
      take(line)
    }
  }

  socket.on('data', read)
  if (!(isEncrypted && !script.implicit)) say(script.greeting ?? '220 mail.test ESMTP\r\n')
}
