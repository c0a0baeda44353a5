// The notifier smtp against mail servers that others wrote: what arrives is what they say of it, and nothing that a check printed
// becomes a header, a receiver or a mail of its own.
import assert from 'node:assert/strict'
import test from 'node:test'
import { notifier } from '../../plugins/smtp/notifier.ts'
import type { Notification } from '../../schemas/contract/notification.ts'
import { aNotification } from '../support/builders/a-notification.ts'
import type { MailServer, MailServerOptions } from '../support/peers/real-mail-servers.ts'
import {
  aiosmtpdMissing,
  LOGIN,
  mailpitMissing,
  startAiosmtpd,
  startMailpit,
} from '../support/peers/real-mail-servers.ts'
import { MAIL_CA } from '../support/peers/smtp-server.ts'

const SERVERS = [
  { name: 'aiosmtpd', missing: aiosmtpdMissing(), start: startAiosmtpd },
  { name: 'Mailpit', missing: mailpitMissing(), start: startMailpit },
]
const TITLE = 'Überlast – „db“ fällt aus ✉ with a subject that is so long that it needs more than one encoded word'
const MESSAGE = 'größer als 90 %\n.\n..dots\nFrom here\n\tdisk /var'

async function send(
  { port }: MailServer,
  { tls }: MailServerOptions,
  notification: Partial<Notification> = {},
  given: Readonly<Record<string, unknown>> = {},
) {
  const base = { server: 'localhost', port, tls, 'ca-file': MAIL_CA, from: 'Octo Wächter <octo@shop.example>' }
  const all = { ...base, to: ['ops@shop.example', 'Zweite <two@shop.example>'], ...LOGIN, ...given }
  const result = await notifier.evaluate({ arguments: all, notification: aNotification(notification) }, {})
  assert.ok(!JSON.stringify(result).includes(LOGIN.password), 'the password is shown')
  return result
}

/** Header fields by their names in lower case, and the body, as a reader of mails takes them. */
function readMail(raw: string) {
  const [head = '', ...rest] = raw.replaceAll('\r\n', '\n').split('\n\n')
  const fields = head
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const)
  const decoded = (text = '') =>
    text
      .replace(/\?= =\?/g, '?==?')
      .replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, part: string) => Buffer.from(part, 'base64').toString())
  const headers = Object.fromEntries(fields)
  return {
    names: fields.map(([name]) => name),
    subject: decoded(headers.subject),
    to: decoded(headers.to),
    from: decoded(headers.from),
    body: Buffer.from(rest.join('\n\n').replaceAll('\n', ''), 'base64').toString().replaceAll('\r\n', '\n'),
  }
}

for (const { name, missing, start } of SERVERS) {
  const skip = missing ?? false
  for (const tls of ['starttls', 'implicit'] as const)
    test(`${name} takes a mail by ${tls} after a login, whole and as it was meant`, { skip }, async (t) => {
      const server = await start(t, { tls })
      const result = await send(server, { tls }, { title: TITLE, message: MESSAGE })
      assert.equal(result.status, 'ok', result.summary)
      const [raw = '', ...more] = await server.mails()
      assert.deepEqual(more, [])
      const mail = readMail(raw)
      assert.equal(mail.subject, TITLE)
      assert.equal(mail.from, 'Octo Wächter <octo@shop.example>')
      assert.equal(mail.to, 'ops@shop.example, "Zweite" <two@shop.example>')
      assert.ok(mail.body.startsWith(`${MESSAGE}\n\n`), mail.body)
    })

  test(`${name} refuses another password, and nothing arrives`, { skip }, async (t) => {
    const server = await start(t, { tls: 'starttls' })
    const result = await send(server, { tls: 'starttls' }, {}, { password: 'hunter3' })
    assert.deepEqual([result.status, result.reason], ['failed', 'denied'], result.summary)
    assert.deepEqual(await server.mails(), [])
  })

  test(`${name} gets no header, receiver or mail that the output of a check tries to bring in`, { skip }, async (t) => {
    const server = await start(t, { tls: 'starttls' })
    const hostile = [
      'down\r\nBcc: evil@evil.example\r\n\r\nbody',
      'down\nX-Evil: 1',
      'down\r\n.\r\nMAIL FROM:<evil@evil.example>\r\nRCPT TO:<evil@evil.example>\r\nDATA\r\nSubject: evil\r\n\r\nevil\r\n.\r\n',
      'down\n.\nQUIT\n',
      'down\u0085X-Evil: 1\u2028X-Evil: 2',
      '=?UTF-8?Q?down=0D=0ABcc:_evil@evil.example?=',
    ]
    let sent = 0
    for (const text of hostile)
      for (const notification of [{ message: text }, { title: text }, { service: text, check: text }]) {
        const result = await send(server, { tls: 'starttls' }, { ...notification, id: `id-${sent}` })
        // What would end a line of the head is refused; all else is sent as text.
        if (result.status === 'ok') sent += 1
        else assert.equal(result.reason, 'arguments', result.summary)
      }
    const mails = (await server.mails()).map(readMail)
    assert.equal(mails.length, sent)
    assert.ok(sent >= hostile.length, 'the bodies are sent at least')
    for (const { names, to } of mails) {
      assert.ok(!names.some((field) => /evil|bcc/.test(field)), names.join())
      assert.equal(to, 'ops@shop.example, "Zweite" <two@shop.example>')
    }
  })
}

test('aiosmtpd without PLAIN is logged in to by LOGIN', { skip: aiosmtpdMissing() ?? false }, async (t) => {
  const options = { tls: 'starttls', without: ['PLAIN'] } as const
  const server = await startAiosmtpd(t, options)
  const result = await send(server, options)
  assert.equal(result.status, 'ok', result.summary)
  const wrong = await send(server, options, {}, { password: 'hunter3' })
  assert.deepEqual([wrong.status, wrong.reason], ['failed', 'denied'], wrong.summary)
  assert.equal((await server.mails()).length, 1)
})

test('Mailpit shows the mail to people as it was written', { skip: mailpitMissing() ?? false }, async (t) => {
  const server = await startMailpit(t, { tls: 'starttls' })
  await send(server, { tls: 'starttls' }, { title: TITLE, message: MESSAGE })
  const [mail] = await server.list()
  assert.ok(mail)
  assert.deepEqual([mail.Subject, mail.From], [TITLE, { Name: 'Octo Wächter', Address: 'octo@shop.example' }])
  assert.deepEqual(
    [...mail.To.map(({ Address }) => Address), ...(mail.Cc ?? []), ...(mail.Bcc ?? [])],
    ['ops@shop.example', 'two@shop.example'],
  )
})
