// fsck finds what was changed and what is missing: each corruption of the database or the audit log, with the triggers dropped
// and the digests of the rows made good again where an attacker could do that.
import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { addRepoKey, revokeKey } from '../../../registry/admin/repos.ts'
import { revokeToken } from '../../../registry/admin/tokens.ts'
import { auditHeadPath } from '../../../registry/data-dir/paths.ts'
import { checkData } from '../../../registry/upkeep/check-data.ts'
import { noteAuditHead, readNotedHead } from '../../../registry/witness/audit-head.ts'
import type { Name } from '../../../schemas/name.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { until } from '../../support/machine/until.ts'
import { callApi, publishRelease } from '../../support/publisher/publish-release.ts'
import { dropTriggers, forgeChain } from '../../support/registry/forge.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const servicesOf = ({ serving }: TestRegistry) => serving.registry.services

/** Three versions in two states, two keys and three tokens, of which one each is revoked. */
async function aScene(t: TestContext): Promise<TestRegistry> {
  const registry = await startTestRegistry(t)
  const services = servicesOf(registry)
  for (const version of ['1.0.0', '1.1.0', '2.0.0']) {
    const { status } = await publishRelease(registry, await aRelease(registry.key, { version }))
    assert.equal(status, 201)
  }
  const change = (version: string, json: object) =>
    callApi(registry, `/api/v1/repos/core/plugins/hello/versions/${version}/state`, { method: 'PUT', json })
  await change('1.0.0', { action: 'yank', reason: 'old' })
  await change('1.1.0', { action: 'deprecate', reason: 'older' })
  await change('1.1.0', { action: 'undeprecate' })
  const second = issueKey()
  await addRepoKey(services, 'core' as Name, second.trustKey)
  await revokeKey(services, 'core' as Name, second.trustKey.id)
  await revokeToken(services, (await registry.createToken(['core/*'])).id)
  await registry.createToken(['core/*'])
  await untilEndIsNoted(registry)
  return registry
}

/** The server notes where the audit log ends by itself; from then on it leaves the file alone until the log goes on. */
async function untilEndIsNoted(registry: TestRegistry): Promise<void> {
  const head = await servicesOf(registry).metadata.audit.head()
  await until(async () => isDeepStrictEqual(await readNotedHead(registry.dataDir), head))
}

type Corruption = {
  readonly sql: string
  /** A part of what fsck says. */
  readonly says: string
  /** The chain is forged afterwards, so that only its witnesses can tell. */
  readonly forged?: boolean
}

const CORRUPTIONS: Readonly<Record<string, Corruption>> = {
  'the newest audit row is cut off': {
    sql: 'DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)',
    says: 'ends before it',
  },
  'the five newest audit rows are cut off': {
    sql: 'DELETE FROM audit WHERE id > (SELECT max(id) - 5 FROM audit)',
    says: 'ends before it',
  },
  'all audit rows are gone': { sql: 'DELETE FROM audit', says: 'ends before it, at row 0' },
  'an audit row is taken out of the middle': { sql: 'DELETE FROM audit WHERE id = 5', says: 'was changed here' },
  'an audit row is changed': { sql: "UPDATE audit SET actor = 'x' WHERE id = 4", says: 'was changed here' },
  'an audit row is changed and the chain forged': {
    sql: 'UPDATE audit SET at = 1 WHERE id = 4',
    says: 'written anew',
    forged: true,
  },
  'a publish row is taken out and the chain forged': {
    sql: "DELETE FROM audit WHERE action = 'publish' AND subject LIKE '%2.0.0'",
    says: 'does not know that it was published',
    forged: true,
  },
  'a yank row is taken out and the chain forged': {
    sql: "DELETE FROM audit WHERE action = 'yank'",
    says: 'in another state',
    forged: true,
  },
  'an undeprecate row is taken out and the chain forged': {
    sql: "DELETE FROM audit WHERE action = 'undeprecate'",
    says: 'in another state',
    forged: true,
  },
  'who published is changed in the log': {
    sql: "UPDATE audit SET actor = 'tok-other' WHERE action = 'publish'",
    says: 'by somebody else',
    forged: true,
  },
  'a repo-create row is taken out': {
    sql: "DELETE FROM audit WHERE action = 'repo-create'",
    says: 'repo that the audit log does not know',
    forged: true,
  },
  'who may read a repo is changed behind the log': {
    sql: "UPDATE repos SET visibility = 'private'",
    says: 'visibility table and audit log differ',
  },
  'a key-add row is taken out': {
    sql: "DELETE FROM audit WHERE action = 'key-add'",
    says: 'key that the audit log does not know',
    forged: true,
  },
  'a key-revoke row is taken out': {
    sql: "DELETE FROM audit WHERE action = 'key-revoke'",
    says: 'revocation table and audit log differ',
    forged: true,
  },
  'a token-create row is taken out': {
    sql: "DELETE FROM audit WHERE id = (SELECT min(id) FROM audit WHERE action = 'token-create')",
    says: 'token that the audit log does not know',
    forged: true,
  },
  'a token-revoke row is taken out': {
    sql: "DELETE FROM audit WHERE action = 'token-revoke'",
    says: 'token about whose revocation',
    forged: true,
  },
  'a version is cut': {
    sql: 'DELETE FROM artifacts WHERE version_id = 2; DELETE FROM versions WHERE id = 2',
    says: 'its row is not there any more',
  },
  'the newest version is cut': {
    sql: 'DELETE FROM artifacts WHERE version_id = 3; DELETE FROM versions WHERE id = 3',
    says: 'its row is not there any more',
  },
  'the newest version and its publish row are cut': {
    sql: "DELETE FROM artifacts WHERE version_id = 3; DELETE FROM versions WHERE id = 3; DELETE FROM audit WHERE action = 'publish' AND subject LIKE '%2.0.0'",
    says: 'whose newest rows are gone',
    forged: true,
  },
  'an artifact is cut': {
    sql: 'DELETE FROM artifacts WHERE version_id = 1 AND rowid = (SELECT min(rowid) FROM artifacts)',
    says: 'its row was changed',
  },
  'a version is unyanked in its row': {
    sql: 'UPDATE versions SET yanked = NULL WHERE id = 1',
    says: 'its row was changed',
  },
  'a predicate is changed': {
    sql: "UPDATE versions SET predicate = replace(predicate, 'says', 'Says') WHERE id = 1",
    says: 'its row was changed',
  },
  'a repo is gone': { sql: 'DELETE FROM repos', says: 'is not there any more' },
  'a repo is added': {
    sql: "INSERT INTO repos (name, created_at) VALUES ('evil', 1)",
    says: 'repo that the audit log does not know',
  },
  'a key is gone': {
    sql: 'DELETE FROM repo_keys WHERE revoked_at IS NOT NULL',
    says: 'key that was admitted and is not there',
  },
  'a key is added': {
    sql: "INSERT INTO repo_keys SELECT repo, 'sha256:evil', kind, pem, NULL, NULL, 1, NULL FROM repo_keys LIMIT 1",
    says: 'key that the audit log does not know',
  },
  'a key is admitted again': { sql: 'UPDATE repo_keys SET revoked_at = NULL', says: 'key about whose revocation' },
  'a token is gone': { sql: 'DELETE FROM tokens', says: 'token that was created and is not there' },
  'a token is added': {
    sql: "INSERT INTO tokens SELECT 'tok-evil', name, 'x', scopes, created_at, expires_at, NULL, NULL FROM tokens LIMIT 1",
    says: 'token that the audit log does not know',
  },
  'a token lives again': { sql: 'UPDATE tokens SET revoked_at = NULL', says: 'token about whose revocation' },
  'a token is widened': {
    sql: `UPDATE tokens SET scopes = '[{"repo":"*","plugin":"*","actions":["admin"]}]'`,
    says: 'widened, prolonged or renamed',
  },
  'a token is prolonged': {
    sql: 'UPDATE tokens SET expires_at = expires_at + 1',
    says: 'widened, prolonged or renamed',
  },
  'a plugin has no version': {
    sql: "INSERT INTO plugins (repo, plugin, folded, serial, created_at, kind, description) VALUES ('core', 'evil', 'evil', 1, 1, 'tool', 'x')",
    says: 'plugin without a version',
  },
  'a table is added': { sql: 'CREATE TABLE evil (x)', says: 'table evil does not belong there' },
  'a trigger is added': {
    sql: 'CREATE TRIGGER evil AFTER INSERT ON audit BEGIN SELECT 1; END',
    says: 'trigger evil does not belong there',
  },
  'an index is gone': { sql: 'DROP INDEX artifacts_by_digest', says: 'index artifacts_by_digest is gone' },
}

async function problemsOf(registry: TestRegistry, repair = false): Promise<string[]> {
  const { problems } = await checkData(servicesOf(registry), { repair })
  return problems.map(({ subject, message }) => `${subject}: ${message}`)
}

test('each corruption is found by name', async (t) => {
  const registry = await aScene(t)
  const { $client } = databaseOf(servicesOf(registry))
  dropTriggers(registry)
  const usual = new Set(await problemsOf(registry))
  assert.ok([...usual].every((problem) => /trigger \w+ is gone/.test(problem)))
  for (const [what, { sql, says, forged = false }] of Object.entries(CORRUPTIONS))
    await t.test(what, async () => {
      $client.exec('SAVEPOINT untouched')
      try {
        $client.exec(sql)
        if (forged) await forgeChain(registry)
        const found = (await problemsOf(registry)).filter((problem) => !usual.has(problem))
        assert.ok(
          found.some((problem) => problem.includes(says)),
          JSON.stringify(found),
        )
      } finally {
        $client.exec('ROLLBACK TO untouched; RELEASE untouched')
      }
    })
})

/** What leaves the registry as it was. */
const LOOKS: Readonly<Record<string, (registry: TestRegistry) => Promise<void>>> = {
  'what nobody touched agrees with itself': async (registry) => assert.deepEqual(await problemsOf(registry), []),

  'each trigger that is dropped is found': async (registry) => {
    const { metadata } = servicesOf(registry)
    const { $client } = databaseOf(servicesOf(registry))
    const triggers = $client.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all() as {
      readonly name: string
      readonly sql: string
    }[]
    assert.ok(triggers.length >= 10)
    for (const [index, { name, sql }] of triggers.entries()) {
      $client.exec(`DROP TRIGGER ${name}`)
      assert.deepEqual(await metadata.upkeep.integrity(), [`trigger ${name} is gone`])
      if (index === 0) assert.deepEqual(await problemsOf(registry), [`octo.db: trigger ${name} is gone`])
      $client.exec(sql)
    }
    assert.deepEqual(await problemsOf(registry), [])
  },

  'the second place says when it was changed, and a new one is begun when it is gone': async (registry) => {
    const { metadata } = servicesOf(registry)
    await writeFile(auditHeadPath(registry.dataDir), 'nonsense')
    assert.match((await problemsOf(registry)).join(), /audit-head.json: it was changed/)
    await rm(auditHeadPath(registry.dataDir))
    await noteAuditHead(metadata.audit, registry.dataDir)
    assert.deepEqual(await problemsOf(registry), [])
  },
}

test('what is put back as it was, and what was never touched, agrees with itself', async (t) => {
  const registry = await aScene(t)
  for (const [title, look] of Object.entries(LOOKS)) await t.test(title, () => look(registry))
})
