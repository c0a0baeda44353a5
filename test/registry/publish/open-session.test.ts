// What can be refused before the first byte is uploaded is refused when the session is opened, and leaves no row.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { authenticate } from '../../../registry/auth/principal.ts'
import { listOpenSessions } from '../../../registry/db/sqlite/sessions.ts'
import { openSession } from '../../../registry/publish/open-session.ts'
import type { RegistrySettings } from '../../../registry/settings.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { ReleaseRecipe, SignedRelease } from '../../support/builders/test-authority.ts'
import { aRelease, aScript, signStatement } from '../../support/builders/test-authority.ts'
import { announce, callApi, publishRelease } from '../../support/publisher/publish-release.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

/** `check-tcp` is published, and so is `evil`, which is quarantined. */
async function aScene(t: TestContext) {
  const registry = await startTestRegistry(t)
  const { key } = registry
  const published = await aRelease(key, { plugin: 'check-tcp' })
  const evil = await aRelease(key, { plugin: 'evil' })
  for (const release of [published, evil]) assert.equal((await publishRelease(registry, release)).status, 201)
  const change = { method: 'PUT', json: { action: 'quarantine', reason: 'malicious' } }
  assert.equal((await callApi(registry, '/api/v1/repos/core/plugins/evil/versions/1.0.0/state', change)).status, 200)
  const { services } = registry.serving.registry
  const principal = await authenticate(services.metadata, `Bearer ${registry.token}`, Date.now())
  const open = (release: SignedRelease, limits: Partial<RegistrySettings['limits']> = {}) => {
    const { repo, plugin, version } = release.predicate
    const config = { ...services.config, limits: { ...services.config.limits, ...limits } }
    const wish = { principal, release: { repo, plugin, version }, request: announce(release) }
    return openSession({ ...services, config }, { ...wish, idempotencyKey: undefined })
  }
  return { key, published, open, rows: () => listOpenSessions(databaseOf(services)) }
}

type Refused = {
  readonly recipe: ReleaseRecipe
  readonly code: ErrorCode
  readonly says: RegExp
  readonly limits?: Partial<RegistrySettings['limits']>
}

const REFUSED: Readonly<Record<string, Refused>> = {
  'in a repo that is not there': {
    recipe: { repo: 'nowhere' },
    code: 'REPO_NOT_FOUND',
    says: /there is no repo `nowhere`/,
  },
  'under a name that could be taken for another': {
    recipe: { plugin: 'checktcp' },
    code: 'PLUGIN_NAME_TAKEN',
    says: /could be taken for `check-tcp`/,
  },
  'of other bytes under a version that is published': {
    recipe: { plugin: 'check-tcp', platforms: { linux_amd64: aScript('other') } },
    code: 'VERSION_EXISTS',
    says: /with other bytes for .*`linux_amd64`/,
  },
  'that is published and quarantined': {
    recipe: { plugin: 'evil' },
    code: 'VERSION_QUARANTINED',
    says: /published already and quarantined: `malicious`/,
  },
  'larger than the registry takes': {
    recipe: { plugin: 'large', platforms: { linux_amd64: Buffer.alloc(1001) } },
    limits: { artifactBytes: 1000 },
    code: 'LIMIT_EXCEEDED',
    says: /1000/,
  },
  'of a plugin that has all versions it may have': {
    recipe: { plugin: 'check-tcp', version: '1.0.1' },
    limits: { versionsPerPlugin: 1 },
    code: 'LIMIT_EXCEEDED',
    says: /plugin `core\/check-tcp` has 1 versions/,
  },
  'of a new plugin where the repo has all it may have': {
    recipe: { plugin: 'another' },
    limits: { pluginsPerRepo: 2 },
    code: 'LIMIT_EXCEEDED',
    says: /repo `core` has 2 plugins/,
  },
  'by a token that published all it may in an hour': {
    recipe: { plugin: 'check-tcp', version: '1.0.1' },
    limits: { releasesPerHour: 1 },
    code: 'RATE_LIMITED',
    says: /has used up its `releases-per-hour`/,
  },
  'of a new plugin by a token that published all it may in an hour': {
    recipe: { plugin: 'another' },
    limits: { newPluginsPerHour: 1 },
    code: 'RATE_LIMITED',
    says: /has used up its `new-plugins-per-hour`/,
  },
  'by a token that has all sessions it may have': {
    recipe: { plugin: 'another' },
    limits: { openSessions: 0 },
    code: 'RATE_LIMITED',
    says: /has 0 publishing sessions open/,
  },
}

test('no session opens for a release', async (t) => {
  const { key, open, rows } = await aScene(t)
  for (const [what, { recipe, code, says, limits }] of Object.entries(REFUSED))
    await t.test(what, async () => {
      const refused = await expectCodeAsync(code, async () => open(await aRelease(key, recipe), limits))
      assert.match(refused.message, says)
      assert.deepEqual(rows(), [])
    })
})

test('a published version that is signed anew opens where nothing more may be added', async (t) => {
  const { key, published, open } = await aScene(t)
  const anew = { ...published, bundle: await signStatement(published.statement, key) }
  const { state } = await open(anew, { versionsPerPlugin: 1, pluginsPerRepo: 1, releasesPerHour: 1 })
  assert.equal(state, 'open')
})
