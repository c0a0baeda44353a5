// Signatures that GnuPG wrote: which count, and that no other does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKey } from 'openpgp'
import type { OpenPgpKey } from '../../../schemas/document-key.ts'
import { parseFingerprint } from '../../../schemas/document-key.ts'
import { readOpenPgpKey, verifyOpenPgp } from '../../../trust/document/openpgp.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { DOCUMENT, fixture, keyOf, signatureBy, WHEN } from '../../support/builders/signed-documents.ts'

const place = { source: 'web.yaml.asc', document: 'web.yaml' }

async function verified(signature: string, keys: readonly OpenPgpKey[], more: { text?: string; now?: number } = {}) {
  const { text = DOCUMENT, now = WHEN } = more
  return verifyOpenPgp({ signature, bytes: Buffer.from(text), keys, now, ...place })
}

/** A key as a config would keep it, also one that is refused when it is given. */
async function keptKey(name: string): Promise<OpenPgpKey> {
  const { readKey } = await import('openpgp')
  const armored = fixture(`${name}.key.asc`)
  const fingerprint = parseFingerprint((await readKey({ armoredKey: armored })).getFingerprint()) ?? ''
  return { kind: 'openpgp', fingerprint, armored }
}

for (const name of ['good', 'rsa', 'nist', 'sub', 'later'])
  test(`a signature by ${name} counts for the bytes it signs, and says when it was made`, async () => {
    const key = await keyOf(name === 'later' ? 'good' : name)
    const { signer, signedAt } = await verified(signatureBy(name), [await keyOf('other'), key])
    assert.equal(signer, key.fingerprint)
    assert.equal(signedAt, Date.parse(name === 'later' ? '2024-03-02T03:04:05Z' : '2024-01-02T03:04:05Z'))
  })

const refused: readonly (readonly [
  what: string,
  name: string,
  code: Parameters<typeof expectCodeAsync>[0],
  says: RegExp,
])[] = [
  [
    'a key that nobody trusts',
    'other',
    'SIGNER_NOT_ALLOWED',
    /signed by key `9B7F1D7E8134D86DD37921F441C56DA762CF59F3`, which is not trusted/,
  ],
  ['a key that has expired since', 'expired', 'SIGNER_NOT_ALLOWED', /does not count today: Primary key is expired/],
  ['a key that was revoked', 'revoked', 'SIGNER_NOT_ALLOWED', /does not count today: Primary key is revoked/],
  ['DSA', 'dsa', 'SIGNER_NOT_ALLOWED', /does not count today: .*dsa keys are considered too weak/i],
  ['RSA of 1024 bits', 'small', 'SIGNER_NOT_ALLOWED', /shorter than 2047 bits/],
  ['a key whose own words are signed by SHA-1', 'old', 'SIGNER_NOT_ALLOWED', /does not count today: .*SHA1/],
  ['SHA-1', 'sha1', 'SIGNATURE_INVALID', /Insecure .*hash algorithm: SHA1/],
  ['a signature that counted for some days', 'ended', 'SIGNATURE_INVALID', /Signature is expired/],
  ['a signature of text, whose line ends may differ', 'text', 'SIGNATURE_MALFORMED', /signs something else than bytes/],
  ['a text with its signature around it', 'clear', 'SIGNATURE_MALFORMED', /holds a signed text/],
  ['a message with its signature in it', 'inline', 'SIGNATURE_MALFORMED', /holds no `-----BEGIN PGP SIGNATURE-----`/],
  ['two signatures', 'two', 'SIGNATURE_MALFORMED', /holds more than one packet/],
]

for (const [what, name, code, says] of refused)
  test(`refuses ${what}`, async () => {
    const own = ['expired', 'revoked', 'dsa', 'small', 'old'].includes(name)
      ? [await keptKey(name)]
      : [await keyOf('rsa')]
    const error = await expectCodeAsync(code, async () => verified(signatureBy(name), [await keyOf('good'), ...own]))
    assert.match(error.message, says)
    assert.match(error.message, /^`web\.yaml\.asc` /)
  })

test('refuses every document that differs in one byte, its line ends or its end', async () => {
  const key = await keyOf('good')
  const others = [
    ...[...DOCUMENT].map(
      (_, at) => DOCUMENT.slice(0, at) + String.fromCharCode(DOCUMENT.charCodeAt(at) ^ 1) + DOCUMENT.slice(at + 1),
    ),
    ...[DOCUMENT.replaceAll('\n', '\r\n'), `${DOCUMENT}\n`, DOCUMENT.trimEnd(), `\ufeff${DOCUMENT}`, ''],
  ]
  for (const text of others)
    await expectCodeAsync('SIGNATURE_INVALID', () => verified(signatureBy('good'), [key], { text }))
})

test('refuses a signature from tomorrow', async () => {
  const now = Date.parse('2024-01-02T03:00:00Z')
  await assert.rejects(async () => verified(signatureBy('good'), [await keyOf('good')], { now }))
})

const wholeOf = (text: string) => Buffer.from(text.replace(/-----[^-]+-----|^=.*$/gm, ''), 'base64')
const armoured = (bytes: Uint8Array) =>
  `-----BEGIN PGP SIGNATURE-----\n\n${Buffer.from(bytes).toString('base64')}\n-----END PGP SIGNATURE-----\n`

test('refuses whatever is not one packet in one armour, however it is put together', async () => {
  const key = await keyOf('good')
  const good = signatureBy('good')
  const bytes = wholeOf(good)
  assert.equal((await verified(armoured(bytes), [key])).signer, key.fingerprint, 'the armour itself is fine')
  const marker = Buffer.from([0xca, 3, 0x50, 0x47, 0x50])
  const padding = Buffer.from([0xd5, 1, 0])
  const cases: Record<string, string> = {
    nothing: '',
    'no armour': 'iQ==',
    'a signature in front': `${signatureBy('other')}${good}`,
    'a signature behind': `${good}${signatureBy('other')}`,
    'words in front': `x\n${good}`,
    'words behind': `${good}x`,
    'the armour of a message': good.replaceAll('SIGNATURE', 'MESSAGE'),
    'a packet twice': armoured(Buffer.concat([bytes, bytes])),
    'a marker in front': armoured(Buffer.concat([marker, bytes])),
    'a marker behind': armoured(Buffer.concat([bytes, marker])),
    'padding behind': armoured(Buffer.concat([bytes, padding])),
    'a byte behind': armoured(Buffer.concat([bytes, Buffer.from([0])])),
    'a byte less': armoured(bytes.subarray(0, -1)),
    'no packets': armoured(Buffer.alloc(0)),
    'a packet without an end': armoured(Buffer.concat([Buffer.from([0x8b]), bytes.subarray(2)])),
    'more than fits': `${good.slice(0, 40)}${' '.repeat(20_000)}${good.slice(40)}`,
  }
  for (const [what, text] of Object.entries(cases)) {
    const error = await expectCodeAsync('SIGNATURE_MALFORMED', () => verified(text, [key]))
    assert.match(error.hint ?? '', /gpg --armor --detach-sign/, what)
  }
})

test('a signature with any bit changed is refused, and nothing but a coded error comes out', async () => {
  const key = await keyOf('good')
  const bytes = wholeOf(signatureBy('good'))
  const codes = ['SIGNATURE_MALFORMED', 'SIGNATURE_INVALID', 'SIGNER_NOT_ALLOWED']
  let unhashed = 0
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 0x10
    const outcome = await verified(armoured(changed), [key]).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    )
    if (outcome === undefined) unhashed++
    else assert.ok(codes.includes(outcome), `byte ${at}: ${outcome}`)
  }
  // The key id beside the signed part only helps to find the key; whoever changes it changes nothing.
  assert.ok(unhashed <= 1, `${unhashed} bytes are in no proof`)
})

test('a key that is kept under the fingerprint of another one proves nothing', async () => {
  const [good, other] = [await keyOf('good'), await keyOf('other')]
  const forged = { ...good, armored: other.armored }
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () => verified(signatureBy('other'), [forged]))
})

test('a key is read with its fingerprint, owner and end', async () => {
  const { armored, ...rest } = await readOpenPgpKey(fixture('expired.key.asc'), 'a', Date.parse('2024-01-03'))
  assert.match(armored, /^-----BEGIN PGP PUBLIC KEY BLOCK-----/)
  assert.deepEqual(rest, {
    ...{ kind: 'openpgp', fingerprint: 'FC76374ADE530E7D1DB0E752D61F60991898FD2E' },
    ...{ names: ['expired <expired@example.com>'], createdAt: Date.parse('2024-01-02T03:04:05Z') },
    expiresAt: Date.parse('2024-01-04T03:04:05Z'),
  })
})

const { privateKey } = await generateKey({ userIDs: [{ name: 'disguised' }], date: new Date(WHEN - 1000) })
const disguised = privateKey.replaceAll('PRIVATE', 'PUBLIC')

const noKeys: readonly (readonly [name: string, text: string, says: RegExp])[] = [
  ['one that expired', fixture('expired.key.asc'), /cannot sign today: Primary key is expired/],
  ['one that was revoked', fixture('revoked.key.asc'), /cannot sign today: Primary key is revoked/],
  ['DSA', fixture('dsa.key.asc'), /too weak/],
  ['one with its own words signed by SHA-1', fixture('old.key.asc'), /SHA1/],
  ['RSA of 1024 bits', fixture('small.key.asc'), /too weak/],
  ['several in one armour', fixture('several.key.asc'), /holds 2 keys/],
  ['several', `${fixture('good.key.asc')}${fixture('other.key.asc')}`, /no key of OpenPGP, or several/],
  ['a private one', fixture('good.key.asc').replaceAll('PUBLIC', 'PRIVATE'), /holds a private key/],
  ['a private one in the armour of a public one', disguised, /holds a private key/],
  ['a signature', signatureBy('good'), /cannot be read|holds 0 keys/],
  ['nothing', '', /no key of OpenPGP/],
  ['too much', `${fixture('good.key.asc')}${' '.repeat(70_000)}`, /larger than/],
]

for (const [what, text, says] of noKeys)
  test(`refuses as a key to trust: ${what}`, async () => {
    const error = await expectCodeAsync('KEY_UNREADABLE', () => readOpenPgpKey(text, 'given.asc', WHEN))
    assert.match(error.message, says)
  })
