// A record of the audit log continues the one before it only when number, predecessor and digest are all right: each alone is what
// somebody who writes the others anew would leave.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { continuesChain, nextRecord } from '../../../registry/db/audit-chain.ts'
import type { AuditRecord } from '../../../registry/db/records.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { stableJson } from '../../../schemas/json.ts'
import { anEntry } from '../../support/registry/metadata-scene.ts'

const FIRST = nextRecord(anEntry(), undefined)
const SECOND = nextRecord(anEntry({ subject: 'tok-b', details: { reason: 'x' } }), FIRST)

/** The record with a change, and the digest that it then has. */
function forged(record: AuditRecord, change: Partial<AuditRecord>): AuditRecord {
  const { rowSha256: _, ...forgery } = { ...record, ...change }
  return { ...forgery, rowSha256: digestOf(stableJson(forgery)) }
}

test('each record continues the one before it, and the first one the beginning', () => {
  assert.equal(continuesChain(FIRST, undefined), true)
  assert.equal(continuesChain(SECOND, FIRST), true)
})

const BROKEN: Readonly<Record<string, readonly [AuditRecord, AuditRecord | undefined]>> = {
  'a changed subject': [{ ...SECOND, subject: 'tok-c' }, FIRST],
  'a changed detail': [{ ...SECOND, details: { reason: 'y' } }, FIRST],
  'another digest': [{ ...SECOND, rowSha256: digestOf('x') }, FIRST],
  'a number that was left out': [forged(SECOND, { id: 3 }), FIRST],
  'a number that was given already': [forged(SECOND, { id: 1 }), FIRST],
  'another predecessor': [forged(SECOND, { previous: digestOf('x') }), FIRST],
  'a predecessor that was written anew': [SECOND, forged(FIRST, { actor: 'tok-x' })],
  'a beginning that is another': [forged(FIRST, { previous: digestOf('x') }), undefined],
  'a beginning that was cut off': [SECOND, undefined],
}

for (const [what, [record, before]] of Object.entries(BROKEN))
  test(`${what} breaks the chain`, () => assert.equal(continuesChain(record, before), false))
