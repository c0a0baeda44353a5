// How smtp is kept from being overheard: TLS, certificates, logins, against servers that would have it otherwise.
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import test from 'node:test'
import { Connection } from '../../plugins/smtp/connection.ts'
import { logIn } from '../../plugins/smtp/login.ts'
import { connectionReason } from '../../sdk/index.ts'
import { LOGIN, PASSWORD, PLAIN, sendMail as send, verbs } from '../support/peers/sent-mail.ts'
import type { SmtpScript } from '../support/peers/smtp-server.ts'

test('without STARTTLS nothing is said but hello', async (t) => {
  for (const given of [{}, LOGIN]) {
    const { result, heard } = await send(t, { offers: ['AUTH PLAIN LOGIN'] }, given)
    assert.deepEqual([result.status, result.reason, verbs(heard)], ['failed', 'tls', ['EHLO']])
    assert.match(result.summary, /offers no STARTTLS; `tls: implicit` is for/)
  }
})

test('what comes in the clear after the 220 of STARTTLS is thrown away', async (t) => {
  const answer = (line: string) =>
    line === 'STARTTLS' ? '220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n235 in\r\n' : undefined
  const { result, heard } = await send(t, { answer })
  assert.equal(result.status, 'ok', result.summary)
  assert.deepEqual(verbs(heard), ['EHLO', 'STARTTLS', 'EHLO', 'MAIL', 'RCPT', 'DATA'])
})

test('what was offered before TLS is forgotten', async (t) => {
  const script = { offers: ['STARTTLS', 'AUTH PLAIN', 'SMTPUTF8'], offersInside: [] }
  const { result } = await send(t, script, LOGIN)
  assert.deepEqual([result.status, result.reason], ['failed', 'denied'])
  assert.match(result.summary, /offers no login that is spoken here: none, expected PLAIN or LOGIN$/)
  assert.equal((await send(t, script, { to: 'ü@shop.example' })).result.status, 'failed')
})

test('the certificate has to be for the server, and by somebody who is trusted', async (t) => {
  const other = await send(t, {}, { server: '127.0.0.1' })
  assert.deepEqual([other.result.status, other.result.reason], ['failed', 'tls'])
  assert.match(other.result.summary, new RegExp(`${connectionReason('ERR_TLS_CERT_ALTNAME_INVALID')?.text}$`))
  const named = await send(t, {}, { server: '127.0.0.1', 'server-name': 'localhost' })
  assert.equal(named.result.status, 'ok', named.result.summary)
  const unknown = await send(t, {}, { 'ca-file': null })
  assert.deepEqual([unknown.result.status, unknown.result.reason], ['failed', 'tls'])
  for (const { heard } of [other, unknown]) assert.deepEqual(verbs(heard), ['EHLO', 'STARTTLS'])
})

test('a server that begins with TLS is spoken to so', async (t) => {
  const script = { implicit: true, offers: ['AUTH PLAIN'] }
  const { result, heard } = await send(t, script, { tls: 'implicit', ...LOGIN })
  assert.equal(result.status, 'ok', result.summary)
  assert.deepEqual(verbs(heard), ['EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA'])
  const plain = await send(t, {}, { tls: 'implicit' })
  assert.deepEqual([plain.result.status, plain.heard.lines.length], ['failed', 0])
})

const b64 = (text: string) => Buffer.from(text).toString('base64')
const WHOLE = b64(`\0ops\0${PASSWORD}`)

type LoginRow = readonly [
  what: string,
  offers: string,
  answer: SmtpScript['answer'],
  lines: readonly string[],
  status: string,
]
const LOGINS: readonly LoginRow[] = [
  ['PLAIN first', 'AUTH LOGIN PLAIN', undefined, [`AUTH PLAIN ${WHOLE}`], 'ok'],
  ['PLAIN in lower case', 'AUTH plain', undefined, [`AUTH PLAIN ${WHOLE}`], 'ok'],
  ['PLAIN of old servers', 'AUTH=PLAIN', undefined, [`AUTH PLAIN ${WHOLE}`], 'ok'],
  [
    'PLAIN that is asked for',
    'AUTH PLAIN',
    (line) => (line.startsWith('AUTH') ? '334 \r\n' : line === WHOLE ? '235 in\r\n' : undefined),
    [`AUTH PLAIN ${WHOLE}`, WHOLE],
    'ok',
  ],
  ['LOGIN', 'AUTH CRAM-MD5 LOGIN', undefined, ['AUTH LOGIN', b64('ops'), b64(PASSWORD)], 'ok'],
  [
    'LOGIN after a PLAIN that is none',
    'AUTH PLAIN LOGIN',
    (line) => (line.startsWith('AUTH PLAIN') ? '504 5.5.4 not here\r\n' : undefined),
    [`AUTH PLAIN ${WHOLE}`, 'AUTH LOGIN', b64('ops'), b64(PASSWORD)],
    'ok',
  ],
  [
    'no second try after a wrong password',
    'AUTH PLAIN LOGIN',
    (line) => (line.startsWith('AUTH') ? `535 5.7.8 wrong: ${WHOLE} ${PASSWORD}\r\n` : undefined),
    [`AUTH PLAIN ${WHOLE}`],
    'failed',
  ],
  [
    'a login that may work later',
    'AUTH LOGIN',
    (line) => (line === b64('ops') ? '454 4.7.0 not now\r\n' : undefined),
    ['AUTH LOGIN', b64('ops')],
    'retry',
  ],
  ['nothing that is spoken', 'AUTH CRAM-MD5 XOAUTH2', undefined, [], 'failed'],
  ['nothing', 'SIZE', undefined, [], 'failed'],
]

for (const [what, offers, answer, lines, status] of LOGINS)
  test(`login: ${what}`, async (t) => {
    const script = { offersInside: [offers], ...(answer ? { answer } : {}) }
    const { result, heard } = await send(t, script, LOGIN)
    assert.equal(result.status, status, result.summary)
    assert.deepEqual(heard.lines.slice(3, 3 + lines.length), lines)
    assert.equal(heard.lines[3 + lines.length]?.startsWith('MAIL') ?? false, status === 'ok')
  })

test('a refused login shows the codes and no word of the server', async (t) => {
  const answer = (line: string) => (line.startsWith('AUTH') ? `535 5.7.8 you said ${PASSWORD}\r\n` : undefined)
  const { result } = await send(t, { offersInside: ['AUTH PLAIN'], answer }, LOGIN)
  assert.match(result.summary, /: the login was refused: 535 5\.7\.8$/)
  assert.equal(result.reason, 'denied')
})

test('to this machine a password goes in the clear where the config says so', async (t) => {
  const { result, heard } = await send(t, { offers: ['AUTH PLAIN'] }, { ...PLAIN, user: 'ops', password: PASSWORD })
  assert.equal(result.status, 'ok', result.summary)
  assert.equal(heard.lines[1], `AUTH PLAIN ${WHOLE}`)
})

test('over a network no password is sent in the clear', async () => {
  const said: string[] = []
  const command = (line: string) => {
    said.push(line)
    return Promise.resolve({ code: 235, lines: [''] })
  }
  const capabilities = new Map([['AUTH', 'PLAIN LOGIN']])
  const open = { command, isEncrypted: false, isLocal: false }
  await assert.rejects(logIn(open, capabilities, LOGIN), { name: 'Refusal', status: 'failed', reason: 'tls' })
  assert.deepEqual(said, [])
  for (const more of [{ isEncrypted: true }, { isLocal: true }]) await logIn({ ...open, ...more }, capabilities, LOGIN)
  assert.equal(said.length, 2)
})

function over(remoteAddress = '') {
  const socket = Object.assign(new PassThrough(), { remoteAddress })
  const limits = { timeoutMs: 1000, signal: new AbortController().signal }
  return { socket, connection: new Connection(socket as object as Socket, limits) }
}

test('only an address of this machine is local, whatever it is called', () => {
  const isLocal = (address?: string) => over(address).connection.isLocal
  for (const address of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1']) assert.equal(isLocal(address), true)
  for (const address of ['10.0.0.1', '12.127.0.1', '::127.0.0.1', 'fe80::1', '::ffff:10.0.0.1', '::10', '', undefined])
    assert.equal(isLocal(address), false, String(address))
})

test('no command is written that would be two', () => {
  for (const line of ['NOOP\r\nDATA', 'NOOP\n', 'NOOP\r', 'NOOP\0']) {
    const { socket, connection } = over()
    assert.throws(() => connection.command(line), { name: 'Refusal', status: 'failed' })
    assert.equal(socket.readableLength, 0)
  }
})
