// How smtp ends: refused for now or for good, late, cut off, flooded, or sent.
import assert from 'node:assert/strict'
import test from 'node:test'
import { notifier } from '../../plugins/smtp/notifier.ts'
import { aNotification } from '../support/builders/a-notification.ts'
import { freePort } from '../support/machine/listening.ts'
import type { Given } from '../support/peers/sent-mail.ts'
import { LOGIN, PASSWORD, PLAIN, sendMail as send, verbs } from '../support/peers/sent-mail.ts'
import type { SmtpScript } from '../support/peers/smtp-server.ts'

const WRONG: readonly (readonly [Given, RegExp])[] = [
  [{ username: 'ops' }, /^--password is missing/],
  [{ password: PASSWORD }, /^--username is missing/],
  [{ username: 'ops', user: 'bob', password: PASSWORD }, /^--username and --user name two people/],
  [{ username: 'ops', password: 'a\0b' }, /^--username or --password holds a NUL/],
  [{ hello: 'a\r\nMAIL FROM:<evil@x.example>' }, /^--hello is no host name/],
  [{ hello: 'a b' }, /^--hello is no host name/],
  [{ 'ca-file': '/nowhere.pem' }, /^--ca-file cannot be read \(ENOENT\)/],
  [{ tls: 'ssl' }, /^--tls is `ssl`, expected `starttls` or `implicit` or `none`/],
  [{ to: [] }, /^--to is missing/],
]

test('arguments that contradict each other are refused before anything is said', async (t) => {
  for (const [given, summary] of WRONG) {
    const { result, heard } = await send(t, {}, given)
    assert.deepEqual([result.status, result.reason, heard.lines], ['failed', 'arguments', []])
    assert.match(result.summary, summary)
  }
})

const STEPS = ['greeting', 'EHLO', 'STARTTLS', 'EHLO inside', 'AUTH', 'MAIL', 'RCPT', 'DATA', '.'] as const

function failingAt(step: (typeof STEPS)[number], answer: string): SmtpScript {
  if (step === 'greeting') return { greeting: answer }
  const [verb = '', isInside] = step.split(' ')
  return {
    offersInside: ['AUTH PLAIN'],
    answer: (line, isEncrypted) =>
      line.startsWith(verb) && (verb !== 'EHLO' || isEncrypted === (isInside !== undefined)) ? answer : undefined,
  }
}

for (const step of STEPS)
  test(`a refusal at ${step} may pass with 4yz, stays with 5yz, and is late or cut off without an answer`, async (t) => {
    const at = async (answer: string, given: Given = {}) =>
      (await send(t, failingAt(step, answer), { ...LOGIN, ...given })).result
    const later = await at('451-4.3.0 not\r\n451 4.3.0 now\r\n')
    assert.deepEqual([later.status, later.reason], ['retry', 'limited'], later.summary)
    const never = await at('550 5.1.1 never\r\n')
    assert.equal(never.status, 'failed', never.summary)
    assert.match(never.summary, / was refused: 550 5\.1\.1/)
    assert.equal((await at('299 odd\r\n')).status, 'failed')
    const nonsense = await at('HTTP/1.1 400 Bad Request\r\n')
    assert.deepEqual([nonsense.status, nonsense.reason], ['failed', 'protocol'])
    assert.equal((await at('250-a\r\n251 b\r\n')).status, 'failed')
    if (step === 'greeting') return
    const cut = await at('close')
    assert.deepEqual([cut.status, cut.reason], ['retry', 'unavailable'], cut.summary)
    const late = await at('silence', { timeout: '60ms' })
    assert.equal(late.status, 'retry', late.summary)
    assert.match(late.summary, / within 60 ms$/)
  })

test('an answer may come byte by byte, in many lines, without a word or with a bare line end', async (t) => {
  const write: SmtpScript['write'] = (socket, text) => {
    for (const byte of Buffer.from(text.replace('250 HELP', '250'))) socket.write(Buffer.of(byte))
  }
  assert.equal((await send(t, { write, offersInside: ['AUTH PLAIN'] }, LOGIN)).result.status, 'ok')
  const bare: SmtpScript['write'] = (socket, text) => void socket.write(text.replaceAll('\r\n', '\n'))
  assert.equal((await send(t, { write: bare }, PLAIN)).result.status, 'ok')
})

test('a server that never comes to an end is given up', async (t) => {
  const line = `250-${'x'.repeat(900)}\r\n`
  const wide = `250-${'x'.repeat(8000)}\r\n`
  for (const flood of [line.repeat(300), wide.repeat(150), `250-${'x'.repeat(200_000)}`, '250-x\r\n'.repeat(300)]) {
    const { result } = await send(t, { answer: (said) => (said.startsWith('EHLO') ? flood : undefined) }, PLAIN)
    assert.deepEqual([result.status, result.reason], ['failed', 'protocol'], result.summary)
  }
})

test('a server that sends a byte now and then is late all the same', async (t) => {
  const drip: SmtpScript['write'] = (socket, text) => {
    let at = 0
    const timer = setInterval(() => (at < text.length ? socket.write(text.charAt(at++)) : clearInterval(timer)), 20)
    socket.once('close', () => clearInterval(timer))
  }
  const { result } = await send(t, { write: drip }, { ...PLAIN, timeout: '100ms' })
  assert.equal(result.status, 'retry')
  assert.match(result.summary, / within 100 ms$/)
})

test('it is not sent before the server has confirmed the end of the mail, and sent whatever comes after', async (t) => {
  const cut = await send(t, { answer: (line) => (line === '.' ? 'close' : undefined) }, PLAIN)
  assert.deepEqual([cut.result.status, cut.heard.mails.length], ['retry', 1])
  const rude = await send(t, { answer: (line) => (line === 'QUIT' ? 'close' : undefined) }, PLAIN)
  assert.equal(rude.result.status, 'ok', rude.result.summary)
})

test('a server that knows no EHLO is greeted as before, unless something needs more', async (t) => {
  const answer = (line: string) => (line.startsWith('EHLO') ? '502 what?\r\n' : undefined)
  assert.deepEqual(verbs((await send(t, { answer }, PLAIN)).heard).slice(0, 3), ['EHLO', 'HELO', 'MAIL'])
  for (const given of [{}, { ...PLAIN, ...LOGIN }])
    assert.deepEqual(verbs((await send(t, { answer }, given)).heard), ['EHLO'])
})

test('a server that is not there may be there later', async () => {
  const given = { server: 'localhost', port: await freePort(), from: 'a@b.example', to: 'c@d.example' }
  const { status, reason, summary } = await notifier.evaluate({ arguments: given, notification: aNotification() })
  assert.deepEqual([status, reason], ['retry', 'unavailable'])
  assert.match(summary, /^localhost:\d+: refused: nothing listens there$/)
})

test('what is not sent before the deadline of the operator may be sent later', async (t) => {
  const answer = (line: string) => (line.startsWith('MAIL') ? 'silence' : undefined)
  const { result } = await send(t, { answer }, PLAIN, { deadlineMs: Date.now() + 300 })
  assert.deepEqual([result.status, result.reason], ['retry', 'late'])
})

test('port 465 begins with TLS by itself', async () => {
  const given = { server: 'localhost', tls: 'implicit', from: 'a@b.example', to: 'c@d.example', timeout: '1s' }
  const { summary } = await notifier.evaluate({ arguments: given, notification: aNotification() })
  assert.match(summary, /^localhost:465: /)
})
