// Sigstore bundles beside documents: the right key over the very bytes, and nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KeyKind } from '../../../schemas/trust-key.ts'
import { verifyBlobBundle } from '../../../trust/document/blob-bundle.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { blobBundle } from '../../support/builders/blob-bundle.ts'
import { DOCUMENT, WHEN } from '../../support/builders/signed-documents.ts'
import { issueKey, signBytes } from '../../support/builders/test-authority.ts'

const place = { source: 'web.yaml.sigstore.json', document: 'web.yaml', now: WHEN }
const key = issueKey()
const other = issueKey()
const good = blobBundle(DOCUMENT, key)
const verified = (bundle: unknown, { keys = [other.trustKey, key.trustKey], text = DOCUMENT } = {}) =>
  verifyBlobBundle({ bundle: JSON.stringify(bundle), bytes: Buffer.from(text), keys, ...place })

for (const kind of ['ecdsa-p256', 'ed25519'] as const satisfies readonly KeyKind[])
  test(`a bundle of ${kind} counts for the bytes that it signs`, () => {
    const signer = issueKey(kind)
    const bundle = blobBundle(DOCUMENT, signer)
    assert.equal(verified(bundle, { keys: [signer.trustKey] }), signer.trustKey.id)
    const { messageSignature } = blobBundle(DOCUMENT, issueKey(kind))
    const others = { ...bundle, messageSignature }
    expectCode('SIGNATURE_INVALID', () => verified(others, { keys: [signer.trustKey] }))
  })

test('refuses other bytes, whatever digest the bundle says', () => {
  expectCode('SIGNATURE_INVALID', () => verified(good, { text: `${DOCUMENT}\n` }))
  const { messageDigest } = blobBundle(`${DOCUMENT}\n`, key).messageSignature
  const swapped = { ...good, messageSignature: { ...good.messageSignature, messageDigest } }
  expectCode('SIGNATURE_INVALID', () => verified(swapped, { text: `${DOCUMENT}\n` }))
  expectCode('SIGNATURE_INVALID', () => verified(swapped))
})

test('refuses another signer, a key that was revoked and one whose time is over', () => {
  expectCode('SIGNER_NOT_ALLOWED', () => verified(good, { keys: [other.trustKey] }))
  expectCode('SIGNER_NOT_ALLOWED', () => verified(good, { keys: [{ ...key.trustKey, revoked: true }] }))
  expectCode('SIGNER_NOT_ALLOWED', () => verified(good, { keys: [{ ...key.trustKey, to: WHEN - 1 }] }))
  const named = blobBundle(DOCUMENT, { ...other, trustKey: key.trustKey })
  expectCode('SIGNATURE_INVALID', () => verified(named))
})

test('refuses whatever is another kind of bundle', async () => {
  const release = JSON.parse(await signBytes(Buffer.from(DOCUMENT), key))
  const { messageSignature, ...without } = good
  const cases: readonly unknown[] = [
    ...[{}, release, without, { ...good, more: 1 }, { ...release, messageSignature }, { ...good, mediaType: 'x' }],
    { ...good, messageSignature: { ...messageSignature, signature: `${messageSignature.signature.slice(0, -1)} ` } },
    { ...good, messageSignature: { ...messageSignature, messageDigest: { algorithm: 'SHA2_512', digest: 'AA==' } } },
    { ...good, verificationMaterial: { ...good.verificationMaterial, tlogEntries: [{}] } },
    { ...good, verificationMaterial: { certificate: { rawBytes: 'AA==' } } },
  ]
  for (const bundle of cases) {
    const error = expectCode('BUNDLE_MALFORMED', () => verified(bundle))
    assert.match(error.hint ?? '', /cosign sign-blob/)
  }
  expectCode('BUNDLE_MALFORMED', () =>
    verifyBlobBundle({ bundle: '{', bytes: Buffer.from(DOCUMENT), keys: [key.trustKey], ...place }),
  )
})
