// The door for config documents: nobody's signature is no proof, and each kind of key asks for its own signature.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DocumentKey } from '../../../schemas/document-key.ts'
import { proveDocument } from '../../../trust/document/prove-document.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { blobBundle } from '../../support/builders/blob-bundle.ts'
import { DOCUMENT, keyOf, signatureBy, WHEN } from '../../support/builders/signed-documents.ts'
import { issueKey } from '../../support/builders/test-authority.ts'

const signer = issueKey()
const sigstore: DocumentKey = { kind: 'sigstore', key: signer.trustKey }
const texts = { openpgp: signatureBy('good'), sigstore: JSON.stringify(blobBundle(DOCUMENT, signer)) }

function proven(keys: readonly DocumentKey[], beside: Partial<typeof texts> = texts) {
  const asked: string[] = []
  const proof = proveDocument({
    ...{ bytes: Buffer.from(DOCUMENT), document: 'web.yaml', keys, now: WHEN },
    signatureOf: async (kind) => {
      asked.push(kind)
      const text = beside[kind]
      return text === undefined ? undefined : { text, source: kind }
    },
  })
  return { proof, asked }
}

test('without a key nothing is proven, and nothing is asked for', async () => {
  const { proof, asked } = proven([])
  await expectCodeAsync('KEYRING_EMPTY', () => proof)
  assert.deepEqual(asked, [])
})

test('only the signatures of trusted kinds are asked for', async () => {
  const pgp = await keyOf('good')
  for (const [keys, kinds, signedBy] of [
    [[pgp], ['openpgp'], pgp.fingerprint],
    [[sigstore], ['sigstore'], signer.trustKey.id],
    [[sigstore, pgp], ['openpgp'], pgp.fingerprint],
  ] as const) {
    const { proof, asked } = proven(keys)
    assert.deepEqual([(await proof).signer, asked], [signedBy, kinds])
  }
  const { proof, asked } = proven([pgp, sigstore], { sigstore: texts.sigstore })
  assert.deepEqual([(await proof).signer, asked], [signer.trustKey.id, ['openpgp', 'sigstore']])
})

test('a bad signature of one kind is not made good by one of the other', async () => {
  const { proof } = proven([await keyOf('good'), sigstore], { ...texts, openpgp: signatureBy('other') })
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () => proof)
})

test('where no signature is, the error names those that would count', async () => {
  const { proof } = proven([await keyOf('good'), sigstore], {})
  const error = await expectCodeAsync('SIGNATURE_MISSING', () => proof)
  assert.match(error.message, /no `\.asc` or `\.sigstore\.json` beside it/)
})
