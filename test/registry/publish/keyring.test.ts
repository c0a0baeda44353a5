import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RepoKey } from '../../../registry/db/records.ts'
import { isAdmitted } from '../../../registry/publish/keyring.ts'
import type { Name } from '../../../schemas/name.ts'
import { issueKey } from '../../support/builders/test-authority.ts'

const NOW = 1_000
const { trustKey } = issueKey()

function aKey(what: Partial<RepoKey>): RepoKey {
  const { id, kind, pem } = trustKey
  return { repo: 'core' as Name, id, kind, pem, validFrom: null, validTo: null, addedAt: 0, revokedAt: null, ...what }
}

const rows: readonly (readonly [string, RepoKey | undefined, boolean])[] = [
  ['a key without a window', aKey({}), true],
  ['a key that is not there', undefined, false],
  ['a revoked key', aKey({ revokedAt: NOW }), false],
  ['a key in the first moment of its window', aKey({ validFrom: NOW }), true],
  ['a key before its window', aKey({ validFrom: NOW + 1 }), false],
  ['a key in the last moment of its window', aKey({ validTo: NOW + 1 }), true],
  ['a key at the end of its window', aKey({ validTo: NOW }), false],
]
for (const [what, key, admitted] of rows)
  test(`${what} ${admitted ? 'may' : 'may not'} sign`, () => assert.equal(isAdmitted(key, NOW), admitted))
