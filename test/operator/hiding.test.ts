// Secrets are taken out of what octo says in every form in which somebody could read them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openHiding } from '../../operator/hiding.ts'
import { oneLine } from '../../operator/services/life/said-by-others.ts'

const SECRET = 'Pä$$ w\'rd/+?&<\\"é!B'
const KEY = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n'

function hide(value: string, text: string): string {
  const hiding = openHiding()
  hiding.add([value])
  return hiding.hide(text)
}

const small = (digits: string) => digits.toLowerCase()
const strictly = (secret: string) =>
  encodeURIComponent(secret).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
const inJson = (secret: string) => JSON.stringify(secret).slice(1, -1)
const escaped = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`

const FORMS: readonly (readonly [what: string, write: (secret: string) => string])[] = [
  ['as it is', (secret) => secret],
  ['in JSON', (secret) => JSON.stringify(secret).slice(1, -1)],
  ['in JSON in JSON', (secret) => JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
  ['in an address', encodeURIComponent],
  ['in an address, in small letters', (secret) => encodeURIComponent(secret).toLowerCase()],
  ['in a form', (secret) => encodeURIComponent(secret).replaceAll('%20', '+')],
  ['in a whole address', encodeURI],
  ['in an address, its digits in small letters', (secret) => encodeURIComponent(secret).replace(/%../g, small)],
  ['in an address of Python', (secret) => strictly(secret).replaceAll('%2F', '/')],
  ['in a form of Java or Go', (secret) => strictly(secret).replaceAll('%20', '+')],
  ['in a form of .NET', (secret) => strictly(secret).replaceAll('%20', '+').replace(/%../g, small)],
  ['in JSON of Go', (secret) => inJson(secret).replace(/[<>&]/g, escaped)],
  ['in JSON of ASCII alone', (secret) => inJson(secret).replace(/[^ -~]/g, escaped)],
  [
    'in JSON of PHP',
    (secret) =>
      inJson(secret)
        .replace(/[^ -~]/g, escaped)
        .replaceAll('/', '\\/'),
  ],
  ['in hex', (secret) => Buffer.from(secret).toString('hex')],
  ['in large hex', (secret) => Buffer.from(secret).toString('hex').toUpperCase()],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
  ['in base64 of addresses', (secret) => Buffer.from(secret).toString('base64url')],
  ['in a word of a shell', (secret) => secret.replaceAll("'", "'\\''")],
]

for (const [what, write] of FORMS)
  test(`a secret ${what} is not shown`, () => {
    for (const secret of [SECRET, 'hunter2', KEY]) assert.equal(hide(secret, `a ${write(secret)} b`), 'a *** b')
  })

test('a secret is found in base64 of more, wherever it begins there', () => {
  for (const secret of [SECRET, 'hunter2-canary'])
    for (const before of ['', 'u', 'us', 'user:', 'Basic'])
      for (const after of ['', ':', 'xy', '\n\n\n']) {
        const encoded = Buffer.from(`${before}${secret}${after}`).toString('base64')
        const shown = hide(secret, `Authorization: ${encoded}`)
        assert.match(shown, /^Authorization: .{0,8}\*\*\*.{0,8}$/, `${before} ${after}`)
      }
})

test('a long secret is not shown where its base64 has several lines', () => {
  const secret = 'x0'.repeat(90)
  for (const width of [76, 64]) {
    const lines =
      Buffer.from(secret)
        .toString('base64')
        .match(new RegExp(`.{1,${width}}`, 'g')) ?? []
    for (const line of lines) assert.equal(hide(secret, `a ${line} b`), 'a *** b')
    assert.equal(hide(secret, lines.join(' ')), lines.map(() => '***').join(' '))
  }
})

test('each longer line of a secret is one, and a longer secret goes before its parts', () => {
  assert.equal(hide(KEY, 'read MIIEvQIBADANBgkq, then x'), 'read ***, then x')
  const hiding = openHiding()
  hiding.add(['hunter2', 'hunter2-and-more'])
  assert.equal(hiding.hide('is hunter2-and-more or hunter2'), 'is *** or ***')
})

test('a secret with gaps is not shown where a sentence of others became one line', () => {
  const hiding = openHiding()
  for (const secret of ['correct  horse', 'one\ttwo  three', KEY]) {
    hiding.add([secret])
    assert.equal(hiding.hideInSentence(oneLine(`refused: ${secret}`)), 'refused: ***')
  }
})

test('what is too short stays, as it would take words out of every sentence', () => {
  for (const short of ['', 'a', '12345', '\n', '  ab  ']) assert.equal(hide(short, 'a 12345 ab'), 'a 12345 ab')
})

test('the beginning of a secret at which a sentence was cut off is hidden, too', () => {
  const hiding = openHiding()
  hiding.add(['hunter2-canary'])
  for (const end of ['', '…', '...']) {
    assert.equal(hiding.hideInSentence(`says hunter2-ca${end}`), `says ***${end}`)
    assert.equal(hiding.hideInSentence(`says hunt${end}`), `says hunt${end}`)
  }
  assert.equal(hiding.hideInSentence('says hunter2-ca and on'), 'says hunter2-ca and on')
})
