import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { hintOf } from '../../../schemas/trust-key.ts'
import { admitKey } from '../../../trust/release/keyring.ts'
import { verifyRelease } from '../../../trust/release/verify-release.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { aRelease, aScript, issueKey, signBytes, signStatement } from '../../support/builders/test-authority.ts'

const alice = issueKey()
const release = await aRelease(alice)
const { repo, plugin, version } = release.predicate
const NOW = Date.UTC(2026, 10, 1)
const claim = {
  bundle: release.bundle,
  keyring: [alice.trustKey],
  expected: { repo, plugin, version },
  at: NOW,
  source: 'x',
}
type Claim = Parameters<typeof verifyRelease>[0]
const refused = (code: ErrorCode, changes: Partial<Claim>) =>
  expectCode(code, () => verifyRelease({ ...claim, ...changes }))

test('proves a release by a pinned key and names the key', () => {
  const proven = verifyRelease(claim)
  assert.deepEqual(proven.predicate, release.predicate)
  assert.equal(proven.signer, alice.trustKey.id)
  assert.equal(proven.bundleDigest, release.bundleDigest)
})

test('proves a release by an Ed25519 key', async () => {
  const key = issueKey('ed25519')
  const { bundle } = await aRelease(key)
  assert.equal(verifyRelease({ ...claim, bundle, keyring: [alice.trustKey, key.trustKey] }).signer, key.trustKey.id)
})

test('refuses everything when no key is pinned', () => {
  refused('KEYRING_EMPTY', { keyring: [] })
})

test('refuses a good signature by a key that is not pinned', () => {
  const error = refused('SIGNER_NOT_ALLOWED', { keyring: [issueKey().trustKey] })
  assert.match(error.message, new RegExp(alice.trustKey.id))
})

test('refuses a bundle that names a pinned key and is signed by another', async () => {
  const bundle = await signStatement(release.statement, issueKey(), { hint: hintOf(alice.trustKey.id) })
  refused('SIGNATURE_INVALID', { bundle })
})

test('refuses hints that are names of object properties', async () => {
  for (const hint of ['constructor', '__proto__', 'toString'])
    refused('SIGNER_NOT_ALLOWED', { bundle: await signStatement(release.statement, alice, { hint }) })
})

test('judges the validity of a key at the given time, from inclusive, to exclusive', () => {
  const keyring = [{ ...alice.trustKey, from: NOW, to: NOW + 1 }]
  verifyRelease({ ...claim, keyring })
  refused('SIGNER_NOT_ALLOWED', { keyring, at: NOW - 1 })
  refused('SIGNER_NOT_ALLOWED', { keyring, at: NOW + 1 })
  for (const at of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    for (const keys of [keyring, [alice.trustKey]]) refused('SIGNER_NOT_ALLOWED', { keyring: keys, at })
  verifyRelease({ ...claim, keyring, at: { now: Date.now(), earlier: 'accepted' } })
})

test('refuses a revoked key, even one seen before or pinned a second time', () => {
  const revoked = { ...alice.trustKey, revoked: true }
  refused('SIGNER_NOT_ALLOWED', { keyring: [revoked] })
  refused('SIGNER_NOT_ALLOWED', { keyring: [alice.trustKey, revoked], at: { now: Date.now(), earlier: 'accepted' } })
})

test('refuses a pinned id that does not belong to its public key', () => {
  const mallory = issueKey().trustKey
  refused('SIGNER_NOT_ALLOWED', { keyring: [{ ...alice.trustKey, pem: mallory.pem }] })
})

test('reads a pinned key once for all its releases, and every key for itself', () => {
  const [pinned, forged] = [{ ...alice.trustKey }, { ...alice.trustKey, pem: issueKey().trustKey.pem }]
  const read = (key: typeof pinned) => admitKey([key], hintOf(key.id), NOW, 'x').publicKey
  assert.equal(read(pinned), read(pinned))
  for (const _again of [1, 2]) expectCode('SIGNER_NOT_ALLOWED', () => read(forged))
})

test('refuses a good signature about another repo, plugin or version', async () => {
  for (const recipe of [{ repo: 'other' }, { plugin: 'other' }, { version: '1.0.1' }])
    refused('STATEMENT_MISMATCH', { bundle: (await aRelease(alice, recipe)).bundle })
})

test('refuses a statement whose subjects are not exactly its platforms', async () => {
  const [first, ...others] = release.statement.subject
  assert(first)
  const lies = [
    [...others],
    [first, ...others, { name: 'extra', digest: first.digest }],
    [{ ...first, name: 'renamed' }, ...others],
    [{ ...first, digest: { sha256: '0'.repeat(64) } }, ...others],
    [first, first, ...others],
    [first, first, ...others.slice(1)],
  ]
  for (const subject of lies)
    refused('STATEMENT_MISMATCH', { bundle: await signStatement({ ...release.statement, subject }, alice) })
})

test('refuses two platforms that share one file name', async () => {
  const shared = { bytes: aScript(), file: 'same' }
  const { bundle } = await aRelease(alice, { platforms: { linux_amd64: shared, linux_arm64: shared } })
  refused('STATEMENT_MISMATCH', { bundle })
})

test('refuses signed bytes that are no release statement', async () => {
  const { statement } = release
  const payloads = [
    'not json',
    '{}',
    JSON.stringify({ ...statement, _type: 'https://in-toto.io/Statement/v0.1' }),
    JSON.stringify({ ...statement, predicateType: 'https://slsa.dev/provenance/v1' }),
    JSON.stringify({ ...statement, extra: 1 }),
    JSON.stringify(statement).replace('"predicate":{', '"predicate":{"__proto__":{},'),
  ]
  for (const payload of payloads)
    refused('STATEMENT_MISMATCH', { bundle: await signBytes(Buffer.from(payload), alice) })
  refused('STATEMENT_MISMATCH', { bundle: await signBytes(Buffer.from([0xff, 0xfe]), alice) })
})

test('refuses another payload type under a good signature', async () => {
  const bundle = await signStatement(release.statement, alice, { payloadType: 'text/plain' })
  refused('BUNDLE_MALFORMED', { bundle })
})

test('refuses bundles of another form', () => {
  type Json = Record<string, unknown> & {
    verificationMaterial: Record<string, unknown>
    dsseEnvelope: Record<string, unknown>
  }
  const broken: ((bundle: Json) => unknown)[] = [
    (b) => ({ ...b, mediaType: 'application/vnd.dev.sigstore.bundle.v0.9+json' }),
    (b) => ({ ...b, mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2' }),
    (b) => ({ ...b, unknown: true }),
    (b) => ({ ...b, dsseEnvelope: undefined }),
    (b) => ({ ...b, messageSignature: {} }),
    (b) => ({ ...b, verificationMaterial: { certificate: { rawBytes: 'AAAA' } } }),
    (b) => ({ ...b, verificationMaterial: { ...b.verificationMaterial, publicKey: { hint: '' } } }),
    (b) => ({ ...b, verificationMaterial: { ...b.verificationMaterial, tlogEntries: [{}] } }),
    (b) => ({ ...b, dsseEnvelope: { ...b.dsseEnvelope, signatures: [] } }),
    (b) => ({ ...b, dsseEnvelope: { ...b.dsseEnvelope, signatures: [{ sig: 'AAAA' }, { sig: 'AAAA' }] } }),
    (b) => ({ ...b, dsseEnvelope: { ...b.dsseEnvelope, payload: 'not base64!' } }),
  ]
  for (const change of broken)
    refused('BUNDLE_MALFORMED', { bundle: JSON.stringify(change(JSON.parse(release.bundle))) })
  for (const bundle of ['', '{', 'null', '[]', `"${'x'.repeat(2 * 1024 * 1024)}"`, '<html>404</html>'])
    refused('BUNDLE_MALFORMED', { bundle })
})

test('refuses every bundle with one flipped bit, or reads the same release from it', () => {
  const codes = new Set(['BUNDLE_MALFORMED', 'SIGNATURE_INVALID', 'SIGNER_NOT_ALLOWED'])
  for (let seed = 0; seed < 500; seed++) {
    const bytes = Buffer.from(release.bundle)
    const at = (seed * 7919) % bytes.length
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (seed % 8))
    try {
      const proven = verifyRelease({ ...claim, bundle: bytes.toString('utf8') })
      assert.deepEqual(proven.predicate, release.predicate)
    } catch (error) {
      assert(codes.has((error as { code: string }).code), String(error))
    }
  }
})
