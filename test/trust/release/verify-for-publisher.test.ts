// One door for clients and publishers: what it refuses is the same, only the advice about the signer is the caller's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CodedError } from '../../../schemas/errors.ts'
import { isCoded } from '../../../schemas/errors.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import { verifyForPublisher } from '../../../trust/release/verify-for-publisher.ts'
import { verifyRelease } from '../../../trust/release/verify-release.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'

const ADVICE = 'do this'
const expected = { repo: 'core' as Name, plugin: 'hello' as Name, version: '1.0.0' as Version }
const key = issueKey()
const release = await aRelease(key)
const claim = { bundle: release.bundle, keyring: [key.trustKey], expected, at: Date.now(), source: 'test' }

const CLAIMS: Readonly<Record<string, { readonly claim: typeof claim; readonly code: string }>> = {
  'another key': { claim: { ...claim, keyring: [issueKey().trustKey] }, code: 'SIGNER_NOT_ALLOWED' },
  'no key': { claim: { ...claim, keyring: [] }, code: 'KEYRING_EMPTY' },
  'no bundle': { claim: { ...claim, bundle: '{}' }, code: 'BUNDLE_MALFORMED' },
  'another version': {
    claim: { ...claim, expected: { ...expected, version: '2.0.0' as Version } },
    code: 'STATEMENT_MISMATCH',
  },
}

function refusalOf(act: () => unknown): CodedError {
  try {
    act()
  } catch (error) {
    if (isCoded(error)) return error
  }
  return assert.fail('it was taken')
}

for (const [what, { claim: wrong, code }] of Object.entries(CLAIMS))
  test(`${what}: publishers are refused with the words of clients${code === 'SIGNER_NOT_ALLOWED' ? ', and advice of their own' : ''}`, () => {
    const [client, publisher] = [verifyRelease, (each: typeof claim) => verifyForPublisher(each, ADVICE)].map(
      (verify) => refusalOf(() => verify(wrong)),
    )
    assert.deepEqual([publisher?.code, publisher?.message], [code, client?.message])
    assert.deepEqual(publisher?.details, client?.details)
    assert.equal(publisher?.hint, code === 'SIGNER_NOT_ALLOWED' ? ADVICE : client?.hint)
    assert.notEqual(code === 'SIGNER_NOT_ALLOWED' ? client?.hint : undefined, ADVICE)
  })

test('what clients take, publishers take', () => {
  assert.deepEqual(verifyForPublisher(claim, ADVICE), verifyRelease(claim))
})
