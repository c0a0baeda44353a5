// What smtp sends: envelope, headers and text, to whom it was told and to nobody else.
import assert from 'node:assert/strict'
import test from 'node:test'
import { dotStuffed } from '../../plugins/smtp/message.ts'
import { aNotification } from '../support/builders/a-notification.ts'
import { PLAIN, sendMail as send, verbs } from '../support/peers/sent-mail.ts'

function decoded(mail: string): { head: string; fields: Map<string, string>; body: string } {
  const at = mail.indexOf('\r\n\r\n')
  const head = mail.slice(0, at)
  const fields = head
    .replaceAll('\r\n ', ' ')
    .split('\r\n')
    .map((line) => line.split(/: (.*)/s) as [string, string])
  return { head, fields: new Map(fields), body: textOf(mail.slice(at + 4), head) }
}

function textOf(body: string, head: string): string {
  return /^Content-Transfer-Encoding: base64$/m.test(head) ? Buffer.from(body, 'base64').toString('utf8') : body
}

const ENCODINGS: readonly (readonly [message: string, encoding: '7bit' | 'base64'])[] = [
  ['web.1: crashed: exited with 1', '7bit'],
  ['first\n.\n..\n.second\r\nthird', '7bit'],
  ['x'.repeat(900), '7bit'],
  ['x'.repeat(901), 'base64'],
  ['a tab\tis no plain text', 'base64'],
  ['ü', 'base64'],
]

test(`plain text is sent as it stands, and all of it arrives (${ENCODINGS.length})`, async (t) => {
  for (const [message, encoding] of ENCODINGS) {
    const { heard } = await send(t, {}, PLAIN, { notification: aNotification({ message }) })
    const { fields, body } = decoded(heard.mails[0] ?? '')
    assert.equal(fields.get('Content-Transfer-Encoding'), encoding, message.slice(0, 40))
    assert.equal(body.split('\r\n\r\nproject ')[0], message.replaceAll(/\r?\n/g, '\r\n'))
  }
})

test('a mail arrives with its envelope, its headers and the whole message, over TLS', async (t) => {
  const message = 'first ü\n.\nsecond 🙂\r\nthird'
  const notification = aNotification({ message, count: 3 })
  const { result, heard } = await send(t, {}, { to: ['Ann <ann@shop.example>', 'bob@shop.example'] }, { notification })
  assert.equal(result.status, 'ok', result.summary)
  assert.match(result.summary, /^localhost:\d+ took it for 2 receivers: 250 2\.0\.0 queued as 1$/)
  assert.equal(result.reference, '<7f3c2a90-1@shop.example>')
  assert.deepEqual(verbs(heard), ['EHLO', 'STARTTLS', 'EHLO', 'MAIL', 'RCPT', 'RCPT', 'DATA'])
  assert.deepEqual(heard.lines.slice(3, 6), [
    ...['MAIL FROM:<octo@shop.example>', 'RCPT TO:<ann@shop.example>', 'RCPT TO:<bob@shop.example>'],
  ])
  assert.match(heard.lines[0] ?? '', /^EHLO \[(127\.0\.0\.1|IPv6:::1)\]$/)
  const { fields, body } = decoded(heard.mails[0] ?? '')
  assert.deepEqual(Object.fromEntries(fields), {
    ...{ Date: 'Thu, 26 Nov 2026 09:00:31 +0000', From: 'octo@shop.example' },
    ...{ To: '"Ann" <ann@shop.example>, bob@shop.example', Subject: '[shop] api: check-grpc failed (3 events)' },
    ...{ 'Message-ID': '<7f3c2a90-1@shop.example>', 'Auto-Submitted': 'auto-generated', 'MIME-Version': '1.0' },
    ...{ 'Content-Type': 'text/plain; charset=utf-8', 'Content-Transfer-Encoding': 'base64' },
  })
  assert.match(body, /^first ü\r\n\.\r\nsecond 🙂\r\nthird\r\n\r\nproject {2}shop\r\nservice {2}api\r\n/)
  assert.match(body, /\r\nevents {3}3\r\nhost {5}node-1\r\n$/)
})

test('a retry of the same notification is the same mail', async (t) => {
  const [first, second] = [await send(t, {}, PLAIN), await send(t, {}, PLAIN)]
  assert.equal(first.heard.mails[0], second.heard.mails[0])
})

const NO_ADDRESS: readonly string[] = [
  ...['a@b.example\r\nRCPT TO:<evil@x.example>', 'a@b.example\nBcc: evil@x.example', 'a@b.example\r', 'a\0@b.example'],
  ...[
    'a@b.example>,<evil@x.example',
    'a@b.example, evil@x.example',
    'a@b.example evil@x.example',
    '<a@b.example> SIZE=1',
  ],
  ...[
    'a@b.example\u2028x',
    'Name\r\nBcc: evil@x.example <a@b.example>',
    '<<a@b.example>>',
    'a@b.example>',
    '@b.example',
    'a@',
    '',
  ],
  ...[
    'a b@b.example',
    '"a b"@b.example',
    'a@@b.example',
    'a..b@b.example',
    '.a@b.example',
    'a@-b.example',
    'a@b..example',
  ],
  ...[
    'a@b_c.example',
    `${'a'.repeat(65)}@b.example`,
    `a@${'b.'.repeat(130)}example`,
    'a\u202e@b.example',
    'a@[127.0.0.1',
    'a@b:25',
  ],
  ...['a@b.example;evil@x.example', 'a@b.example\u3000', '%0d%0a@b@x.example', 'a@b.example\t', 'a\u000b@b.example'],
]

for (const option of ['to', 'from'])
  test(`--${option} is one address or it is refused, and nothing is sent`, async (t) => {
    for (const text of NO_ADDRESS) {
      const { result, heard } = await send(t, {}, { ...PLAIN, [option]: text })
      if (text.trim() === text || /[\p{Cc}]/u.test(text)) {
        assert.deepEqual([result.status, result.reason], ['failed', 'arguments'], JSON.stringify(text))
        assert.match(result.summary, new RegExp(`^--${option} (is|holds) `))
        assert.deepEqual(heard.lines, [])
      }
    }
  })

const TEXTS: readonly (readonly [key: 'title' | 'project' | 'service' | 'check', text: string])[] = [
  ...(['title', 'project', 'service', 'check'] as const).flatMap((key) =>
    ['x\r\nBcc: evil@x.example', 'x\nBcc: evil@x.example', 'x\r', 'x\0', 'x\r\n', 'ü\r\nBcc: evil@x.example'].map(
      (text) => [key, text] as const,
    ),
  ),
  // A break that only looks like one of ours.
  ['title', 'x\r\n evil'],
  ['title', 'x\r\n\tevil'],
]

test('no text of a notification begins a header of its own', async (t) => {
  for (const [key, text] of TEXTS) {
    const { result, heard } = await send(t, {}, PLAIN, { notification: aNotification({ [key]: text }) })
    assert.deepEqual([result.status, result.reason], ['failed', 'arguments'], JSON.stringify([key, text]))
    assert.match(result.summary, /^the Subject of the mail would hold a line break or NUL/)
    assert.deepEqual(heard.lines, [])
  }
})

test('texts of other alphabets are encoded words that fit their lines', async (t) => {
  const title = `Störung: ${'日本語テキスト🙂'.repeat(12)} =?UTF-8?Q?no?=`
  const given = { ...PLAIN, from: 'Überwachung <octo@shop.example>', to: ['"A \\ B" <a@shop.example>'] }
  const { heard } = await send(t, {}, given, { notification: aNotification({ title }) })
  const { head, fields } = decoded(heard.mails[0] ?? '')
  assert.match(head, /^[\x20-\x7e\r\n]*$/)
  for (const line of head.split('\r\n')) assert.ok(line.length <= 85, line)
  for (const word of head.match(/=\?[^ ]*\?=/g) ?? []) assert.ok(word.length <= 75, word)
  const words = [...(fields.get('Subject') ?? '').matchAll(/=\?UTF-8\?B\?([^?]*)\?= ?/g)]
  assert.equal(words.map(([, text = '']) => Buffer.from(text, 'base64').toString('utf8')).join(''), title)
  assert.equal(fields.get('From'), '=?UTF-8?B?w5xiZXJ3YWNodW5n?= <octo@shop.example>')
  assert.equal(fields.get('To'), '"A \\\\ B" <a@shop.example>')
})

test('an address of another alphabet needs a server that takes such, a domain does not', async (t) => {
  const domain = await send(t, {}, { ...PLAIN, to: 'ops@exämple.de' })
  assert.equal(domain.heard.lines[2], 'RCPT TO:<ops@xn--exmple-cua.de>')
  const refused = await send(t, {}, { ...PLAIN, to: 'ü@shop.example' })
  assert.deepEqual([refused.result.status, verbs(refused.heard)], ['failed', ['EHLO']])
  assert.match(refused.result.summary, /SMTPUTF8/)
  const taken = await send(t, { offers: ['SMTPUTF8'] }, { ...PLAIN, to: 'ü@shop.example' })
  assert.equal(taken.result.status, 'ok', taken.result.summary)
  assert.deepEqual(taken.heard.lines.slice(1, 3), [
    'MAIL FROM:<octo@shop.example> SMTPUTF8',
    'RCPT TO:<ü@shop.example>',
  ])
})

test('a mail goes to the receivers that are taken, each once, and says who was not', async (t) => {
  const answer = (line: string) => (line.includes('<no') ? `550 5.1.1 unknown\r\n` : undefined)
  const to = ['a@shop.example', 'no@shop.example', 'Other Name <a@shop.example>', 'b@shop.example']
  const { result, heard } = await send(t, { answer }, { ...PLAIN, to })
  assert.equal(result.status, 'ok')
  assert.match(result.summary, / took it for 2 receivers, 1 refused: 250/)
  assert.deepEqual(result.warnings, ['receiver no@shop.example was refused: 550 5.1.1 unknown'])
  assert.equal(heard.lines.filter((line) => line.startsWith('RCPT')).length, 3)
})

test('when no receiver is taken it is tried again if one of them may be later', async (t) => {
  const to = ['no@shop.example', 'later@shop.example']
  const answer = (line: string) =>
    line.includes('<no') ? '550 unknown\r\n' : line.includes('<later') ? '450 busy\r\n' : undefined
  const { result, heard } = await send(t, { answer }, { ...PLAIN, to })
  assert.deepEqual([result.status, heard.mails.length, verbs(heard).includes('DATA')], ['retry', 0, false])
  assert.match(result.summary, /receiver later@shop\.example was refused: 450 busy$/)
  const never = await send(t, { answer }, { ...PLAIN, to: ['no@shop.example'] })
  assert.equal(never.result.status, 'failed')
})

test('a line that begins with a dot does not end the mail', () => {
  assert.equal(dotStuffed('.\r\n..a\r\nb.\r\n.c\r\n'), '..\r\n...a\r\nb.\r\n..c\r\n')
})
