// What changes between the proof of a release and its seal is seen by the seal, where nobody can come in between.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { revokeKey } from '../../../registry/admin/repos.ts'
import type { RegistryServices } from '../../../registry/context.ts'
import { proveRelease } from '../../../registry/publish/prove-release.ts'
import { sealRelease } from '../../../registry/publish/seal-release.ts'
import { requireSession } from '../../../registry/publish/session-answer.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import type { GrowthLimits } from '../../../schemas/growth-limits.ts'
import type { Name } from '../../../schemas/name.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import {
  callApi,
  openSession,
  parseSession,
  publishRelease,
  uploadAll,
} from '../../support/publisher/publish-release.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

/** A release of `check-tcp` that is uploaded and proven, and what seals it. */
async function proven(t: TestContext) {
  const registry = await startTestRegistry(t)
  const { services } = registry.serving.registry
  const release = await aRelease(registry.key, { plugin: 'check-tcp' })
  const opened = parseSession(await openSession(registry, release))
  await uploadAll(registry, opened, release)
  const session = await requireSession(services.metadata.publishing, opened.id, Date.now())
  const seen = await proveRelease(services, { session, owner: 'tok', signal: new AbortController().signal })
  const seal = (limits: Partial<GrowthLimits> = {}) =>
    sealRelease(
      { ...services, config: { ...services.config, limits: { ...services.config.limits, ...limits } } },
      { session, release: seen, principal: { id: session.tokenId } },
    )
  const sealed = () => services.metadata.catalog.release(session)
  return { registry, services, release, session, seal, sealed }
}

function loseVersions(services: RegistryServices): void {
  databaseOf(services).$client.exec(
    'PRAGMA foreign_keys = 0; DROP TRIGGER versions_are_kept; DROP TRIGGER artifacts_are_kept; DELETE FROM artifacts; DELETE FROM versions',
  )
}

type Proven = Awaited<ReturnType<typeof proven>>
type Change = { readonly code: ErrorCode; readonly change: (place: Proven) => unknown }

const CHANGES: Readonly<Record<string, Change>> = {
  'its key is revoked': {
    code: 'SIGNER_NOT_ALLOWED',
    change: ({ registry, services }) => revokeKey(services, 'core' as Name, registry.key.trustKey.id),
  },
  'the window of its key ends': {
    code: 'SIGNER_NOT_ALLOWED',
    change: ({ services }) => databaseOf(services).$client.exec('UPDATE repo_keys SET valid_to = 1'),
  },
  'the window of its key is moved to later': {
    code: 'SIGNER_NOT_ALLOWED',
    change: ({ services }) => databaseOf(services).$client.exec('UPDATE repo_keys SET valid_from = 9000000000000'),
  },
  'its repo is lost': {
    code: 'REPO_NOT_FOUND',
    change: ({ services }) =>
      databaseOf(services).$client.exec('PRAGMA foreign_keys = 0; DROP TRIGGER repos_are_kept; DELETE FROM repos'),
  },
  'its token is revoked': {
    code: 'UNAUTHENTICATED',
    change: ({ services }) => databaseOf(services).$client.exec('UPDATE tokens SET revoked_at = 1'),
  },
  'its version is published and quarantined': {
    code: 'VERSION_QUARANTINED',
    change: async ({ registry, services, release }) => {
      assert.equal((await publishRelease(registry, release)).status, 201)
      databaseOf(services).$client.exec("UPDATE versions SET quarantined = 'bad'")
    },
  },
  'its version was published, and its row is lost': {
    code: 'DATA_DIR_CORRUPT',
    change: async ({ registry, release, services }) => {
      assert.equal((await publishRelease(registry, release)).status, 201)
      loseVersions(services)
      const again = await openSession(registry, release)
      assert.deepEqual([again.status, again.body.code], [500, 'DATA_DIR_CORRUPT'])
      assert.match(String(again.body.detail), /core\/check-tcp@1\.0\.0` was published, and its row is not there/)
    },
  },
  'a blob of it is collected': {
    code: 'SESSION_INCOMPLETE',
    change: ({ services, session }) =>
      databaseOf(services)
        .$client.prepare(`UPDATE blobs SET state = 'condemned' WHERE digest = ?`)
        .run(session.request.bundle.digest),
  },
  'its bytes are those that others brought, and a repo became private': {
    code: 'SESSION_INCOMPLETE',
    change: ({ services }) =>
      databaseOf(services).$client.exec(
        `UPDATE uploads SET received = 0; UPDATE blobs SET brought_by = 'tok-other';
          INSERT INTO repos (name, created_at, visibility) VALUES ('vault', 1, 'private')`,
      ),
  },
  'its session is closed': {
    code: 'SESSION_NOT_FOUND',
    change: ({ registry, session }) => callApi(registry, `/api/v1/publishes/${session.id}`, { method: 'DELETE' }),
  },
  'a name that could be taken for its own is published': {
    code: 'PLUGIN_NAME_TAKEN',
    change: ({ registry }) => publishOther(registry, 'checktcp'),
  },
  'its version is published with another manifest': {
    code: 'VERSION_EXISTS',
    change: ({ registry }) => publishOther(registry, 'check-tcp'),
  },
}

async function publishOther(registry: TestRegistry, plugin: string): Promise<void> {
  const other = await aRelease(registry.key, { plugin, manifest: { description: 'another' } })
  assert.equal((await publishRelease(registry, other)).status, 201)
}

for (const [what, { code, change }] of Object.entries(CHANGES))
  test(`a proven release is not sealed when ${what} meanwhile`, async (t) => {
    const place = await proven(t)
    await change(place)
    const before = await place.sealed()
    await expectCodeAsync(code, () => place.seal())
    assert.deepEqual(await place.sealed(), before)
  })

const FULL = {
  'its plugin has as many versions as readers take': {
    limits: { versionsPerPlugin: 1 },
    other: { plugin: 'check-tcp', version: '2.0.0' },
    hint: /new plugin name/,
  },
  'its repo has as many plugins as readers take': {
    limits: { pluginsPerRepo: 1 },
    other: { plugin: 'another' },
    hint: /another repo/,
  },
}

for (const [what, { limits, other, hint }] of Object.entries(FULL))
  test(`a proven release is not sealed when ${what}, and no session opens for one`, async (t) => {
    const { registry, seal, sealed } = await proven(t)
    assert.equal((await publishRelease(registry, await aRelease(registry.key, other))).status, 201)
    assert.match(String((await expectCodeAsync('LIMIT_EXCEEDED', () => seal(limits))).hint), hint)
    assert.equal(await sealed(), undefined)
    const small = await registry.restart({ limits })
    const refused = await openSession(small, await aRelease(registry.key, { plugin: 'check-tcp', version: '3.0.0' }))
    assert.deepEqual([refused.status, refused.body.code], [413, 'LIMIT_EXCEEDED'])
    const repeated = await openSession(small, await aRelease(registry.key, other))
    assert.equal(repeated.body.code, undefined, 'what is published already stays so')
  })

test('a proven release is sealed once, and once more is a repetition', async (t) => {
  const { seal } = await proven(t)
  assert.deepEqual([await seal(), await seal()], [true, false])
})
