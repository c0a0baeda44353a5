// Work on a session begins only for whoever may publish in it, while it is open, and makes its lease longer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { revokeToken } from '../../../registry/admin/tokens.ts'
import { holdLease } from '../../../registry/publish/hold-lease.ts'
import { requireSession } from '../../../registry/publish/session-answer.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { openSession } from '../../support/publisher/publish-release.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const CHANGES: Readonly<Record<string, { readonly sql: string; readonly code: ErrorCode }>> = {
  'a token that is gone': { sql: "UPDATE tokens SET id = 'gone' WHERE id = ?", code: 'UNAUTHENTICATED' },
  'a token that ran out': { sql: 'UPDATE tokens SET expires_at = 1 WHERE id = ?', code: 'UNAUTHENTICATED' },
  'a token that allows nothing any more': {
    sql: "UPDATE tokens SET scopes = '[]' WHERE id = ?",
    code: 'FORBIDDEN',
  },
  'a session that was published': {
    sql: "UPDATE sessions SET state = 'published' WHERE token_id = ?",
    code: 'SESSION_NOT_FOUND',
  },
  'a session that was closed': {
    sql: "UPDATE sessions SET state = 'closed' WHERE token_id = ?",
    code: 'SESSION_NOT_FOUND',
  },
  'a session that is gone': { sql: 'DELETE FROM sessions WHERE token_id = ?', code: 'SESSION_NOT_FOUND' },
}

test('no work begins with', async (t) => {
  const registry = await startTestRegistry(t)
  const { services } = registry.serving.registry
  const release = await aRelease(registry.key)
  const begin = async () => {
    const { id, token } = await registry.createToken(['core/*'])
    const { body } = await openSession({ ...registry, token }, release)
    const session = await requireSession(services.metadata.publishing, String(body.id), Date.now())
    const work = { session, principal: { id }, stop: new AbortController().signal }
    return { id, session, hold: (act: () => Promise<unknown>) => holdLease(services, work, act) }
  }
  for (const [what, { sql, code }] of Object.entries(CHANGES))
    await t.test(what, async () => {
      const { id, session, hold } = await begin()
      databaseOf(services).$client.prepare(sql).run(id)
      const before = await services.metadata.publishing.find(session.id)
      await expectCodeAsync(code, () => hold(async () => assert.fail('it began')))
      assert.deepEqual(await services.metadata.publishing.find(session.id), before)
    })
  await t.test('a token that was taken back, though it worked a moment ago', async () => {
    const { id, hold } = await begin()
    assert.equal(await hold(async () => 'done'), 'done')
    await revokeToken(services, id)
    await expectCodeAsync('UNAUTHENTICATED', () => hold(async () => assert.fail('it began')))
  })
})

test('a lease is counted from the beginning of the newest work', async (t) => {
  const time = { now: Date.now() }
  const registry = await startTestRegistry(t, { clock: () => time.now })
  const { services } = registry.serving.registry
  const { id, token } = await registry.createToken(['core/*'])
  const { body } = await openSession({ ...registry, token }, await aRelease(registry.key))
  const session = await requireSession(services.metadata.publishing, String(body.id), time.now)
  time.now += 1000
  const work = { session, principal: { id }, stop: new AbortController().signal }
  const during = await holdLease(
    services,
    work,
    async () => (await services.metadata.publishing.find(session.id))?.leaseUntil,
  )
  assert.equal(during, time.now + services.config.times.leaseMs)
})
