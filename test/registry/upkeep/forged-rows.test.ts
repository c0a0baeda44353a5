// Rows of the database that were changed, with their digests made good again and the audit log left as it was: what a publisher signed and
// what the log tells are what they are compared with.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { addRepoKey, revokeKey } from '../../../registry/admin/repos.ts'
import { checkData } from '../../../registry/upkeep/check-data.ts'
import type { Name } from '../../../schemas/name.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { callApi, publishRelease } from '../../support/publisher/publish-release.ts'
import { dropTriggers, forgeVersions } from '../../support/registry/forge.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const servicesOf = ({ serving }: TestRegistry) => serving.registry.services

/** Two plugins in two repos; one has a version that is withdrawn, and one of a key that was revoked since. */
async function aScene(t: TestContext): Promise<TestRegistry> {
  const registry = await startTestRegistry(t, { repos: ['core', 'vault'] })
  const services = servicesOf(registry)
  const former = issueKey()
  await addRepoKey(services, 'core' as Name, { ...former.trustKey, to: Date.UTC(2099, 0) })
  const releases = [
    await aRelease(registry.key, { version: '1.0.0' }),
    await aRelease(former, { version: '1.1.0' }),
    await aRelease(registry.key, { version: '2.0.0' }),
    await aRelease(registry.key, { repo: 'vault', plugin: 'shadow' }),
  ]
  for (const release of releases) assert.equal((await publishRelease(registry, release)).status, 201)
  await revokeKey(services, 'core' as Name, former.trustKey.id)
  const yank = { method: 'PUT', json: { action: 'yank', reason: 'old' } }
  assert.equal((await callApi(registry, '/api/v1/repos/core/plugins/hello/versions/2.0.0/state', yank)).status, 200)
  await registry.createToken(['core/*'])
  return registry
}

const STATEMENT = 'its row says something else than what its publisher signed'
const LOG = 'something else was published, by somebody else or at another time'
const DESCRIBED = 'its row describes it in another way than its versions do'

/** What is changed, and a part of what is said of it. */
const FORGERIES: Readonly<Record<string, readonly [sql: string, says: string]>> = {
  'what a version says of itself': [
    "UPDATE versions SET predicate = replace(predicate, 'linux', 'Linux') WHERE id = 1",
    STATEMENT,
  ],
  'the bytes of a platform, to those of another repo': [
    'UPDATE artifacts SET digest = (SELECT digest FROM artifacts WHERE version_id = 4 LIMIT 1) WHERE version_id = 1',
    STATEMENT,
  ],
  'the platform of an artifact': ["UPDATE artifacts SET platform = 'windows_amd64' WHERE rowid = 1", STATEMENT],
  'the size of a bundle': ['UPDATE versions SET bundle_size = 5 WHERE id = 1', STATEMENT],
  'who signed a version': [
    'UPDATE versions SET signer = (SELECT signer FROM versions WHERE id = 2) WHERE id = 1',
    STATEMENT,
  ],
  'the bundle of a version, to that of another one': [
    'UPDATE versions SET bundle_digest = (SELECT bundle_digest FROM versions WHERE id = 4) WHERE id = 1',
    'its bundle does not prove it',
  ],
  'when a version was published': ['UPDATE versions SET published_at = 5 WHERE id = 1', LOG],
  'the serial of a version': ['UPDATE versions SET serial = 99 WHERE id = 1', LOG],
  'the serial of a plugin, back': ['UPDATE plugins SET serial = 1 WHERE id = 1', 'that its serial is 4'],
  'the newest version of a plugin': ["UPDATE plugins SET newest = '1.0.0' WHERE id = 1", DESCRIBED],
  'what a plugin is described as': ["UPDATE plugins SET description = 'another'", DESCRIBED],
  'a key, for another one': [
    'UPDATE repo_keys SET pem = (SELECT pem FROM repo_keys WHERE revoked_at IS NOT NULL)',
    'key under whose id another one stands',
  ],
  'a key, for what is none': ["UPDATE repo_keys SET pem = 'none'", 'key under whose id another one stands'],
  'the moment from which a key is admitted': [
    'UPDATE repo_keys SET added_at = added_at - 1',
    'key whose time was changed',
  ],
  'the end of a key': ['UPDATE repo_keys SET valid_to = NULL', 'key whose time was changed'],
  'the secret of a token, for one that is known': [
    "UPDATE tokens SET secret_sha256 = 'known' WHERE rowid = 1",
    'token whose secret is another one',
  ],
  'the secrets of two tokens, for each other': [
    `CREATE TEMP TABLE kept AS SELECT rowid AS id, secret_sha256 AS secret FROM tokens;
    UPDATE tokens SET secret_sha256 = 'x' WHERE rowid = 1;
    UPDATE tokens SET secret_sha256 = (SELECT secret FROM kept WHERE id = 1) WHERE rowid = 2;
    UPDATE tokens SET secret_sha256 = (SELECT secret FROM kept WHERE id = 2) WHERE rowid = 1;`,
    'token whose secret is another one',
  ],
  'when a token was made': ['UPDATE tokens SET created_at = 5 WHERE rowid = 1', 'widened, prolonged or renamed'],
  'the name of a token': ["UPDATE tokens SET name = 'another' WHERE rowid = 1", 'widened, prolonged or renamed'],
  'a blob that a version needs, marked for deletion': [
    "UPDATE blobs SET state = 'condemned' WHERE digest = (SELECT bundle_digest FROM versions WHERE id = 1)",
    'a version needs it, and it is marked for deletion',
  ],
}

test('each row that is changed to agree with itself alone is found', async (t) => {
  const registry = await aScene(t)
  const said = async () =>
    (await checkData(servicesOf(registry), { repair: false })).problems.map(
      ({ subject, message }) => `${subject}: ${message}`,
    )
  assert.deepEqual(await said(), [])
  const { $client } = databaseOf(servicesOf(registry))
  dropTriggers(registry)
  const usual = new Set(await said())
  for (const [what, [sql, says]] of Object.entries(FORGERIES))
    await t.test(what, async () => {
      $client.exec('SAVEPOINT untouched')
      try {
        $client.exec(sql)
        forgeVersions(registry)
        const found = (await said()).filter((problem) => !usual.has(problem))
        assert.ok(
          found.some((problem) => problem.includes(says)),
          JSON.stringify(found),
        )
      } finally {
        $client.exec('ROLLBACK TO untouched; RELEASE untouched')
      }
    })
})

test('records of keys and tokens that are older than what is compared say nothing of it', async (t) => {
  const registry = await startTestRegistry(t)
  const { metadata } = servicesOf(registry)
  const key = issueKey().trustKey
  await metadata.repos.addKey('core' as Name, key.id, () => ({
    key: { ...key, to: 5 },
    addedAt: 7,
    audit: { at: 7, actor: 'operator', action: 'key-add', subject: 'core', details: { key: key.id } },
  }))
  const token = { name: 'old', scopes: [], expiresAt: 9 }
  await metadata.tokens.create(
    { id: 'tok-0123456789ab', createdAt: 7, secretSha256: 'old', ...token },
    { at: 7, actor: 'operator', action: 'token-create', subject: 'tok-0123456789ab', details: token },
  )
  assert.deepEqual((await checkData(servicesOf(registry), { repair: false })).problems, [])
})

const LOST: Readonly<Record<string, string>> = {
  'words that are lost': 'DELETE FROM plugin_words WHERE rowid = 1',
  'words that were changed': "UPDATE plugin_words SET description = 'another' WHERE rowid = 1",
  'words of a public plugin among the private ones':
    'INSERT INTO private_words (rowid, repo, plugin, category, description) SELECT rowid, repo, plugin, category, description FROM plugin_words WHERE rowid = 1; DELETE FROM plugin_words WHERE rowid = 1',
}

test('words that are not those of the plugins are found, and a repair has the search find the plugin again', async (t) => {
  const services = servicesOf(await aScene(t))
  const find = async () => (await services.metadata.catalog.search('hello', 'core' as Name)).results.length
  const said = async (repair: boolean) =>
    (await checkData(services, { repair })).problems.map(({ kind, subject, repaired }) => [kind, subject, repaired])
  assert.deepEqual([await said(false), await find()], [[], 1])
  for (const [what, sql] of Object.entries(LOST))
    await t.test(what, async () => {
      databaseOf(services).$client.exec(sql)
      assert.deepEqual(await said(false), [['search', 'core/hello', false]])
      assert.deepEqual(await said(true), [['search', 'core/hello', true]])
      assert.deepEqual([await said(false), await find()], [[], 1])
    })
})
