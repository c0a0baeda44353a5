import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { writeAudit } from '../../../../registry/db/sqlite/audit.ts'
import { write } from '../../../../registry/db/sqlite/open.ts'
import { findAuditBreak } from '../../../../registry/upkeep/check-audit.ts'
import { openTestStore } from '../../../support/registry/test-db.ts'

async function aLog(t: TestContext) {
  const { db, audit } = await openTestStore(t)
  for (const subject of ['a', 'b', 'c', 'd'])
    write(db, (tx) => writeAudit(tx, { at: 1, actor: 'tok', action: 'publish', subject }))
  // What an attacker with the file can do, the triggers cannot prevent; the chain shows it.
  db.$client.exec('DROP TRIGGER audit_are_kept; DROP TRIGGER audit_are_sealed')
  return { db, audit }
}

test('an audit log that nobody touched is one unbroken chain', async (t) => {
  const { audit } = await aLog(t)
  assert.equal(await findAuditBreak(audit), undefined)
})

for (const [title, tampering, place] of [
  ['changed', "UPDATE audit SET subject = 'x' WHERE id = 2", 2],
  ['taken out of the middle', 'DELETE FROM audit WHERE id = 2', 3],
  ['taken from the beginning', 'DELETE FROM audit WHERE id = 1', 2],
] as const)
  test(`an audit row that was ${title} is found`, async (t) => {
    const { db, audit } = await aLog(t)
    db.$client.exec(tampering)
    assert.equal(await findAuditBreak(audit), place)
  })
