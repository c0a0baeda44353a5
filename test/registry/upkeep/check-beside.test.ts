// A look at the data of a registry that is at work: what changes while it is read is no forgery, and a forgery stays one.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { createRepo } from '../../../registry/admin/repos.ts'
import type { RegistryDeps } from '../../../registry/context.ts'
import { checkData } from '../../../registry/upkeep/check-data.ts'
import type { Name } from '../../../schemas/name.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { callApi, publishRelease } from '../../support/publisher/publish-release.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const servicesOf = ({ serving }: TestRegistry) => serving.registry.services

/** The registry's data, with `act` done each time that the audit log has been read, `times` times at most. */
function interrupted(registry: TestRegistry, act: (time: number) => Promise<unknown>, times = 1): RegistryDeps {
  const deps = servicesOf(registry)
  const { audit } = deps.metadata
  let done = 0
  async function* walk() {
    yield* audit.walk()
    if (done < times) await act(done++)
  }
  return { ...deps, metadata: { ...deps.metadata, audit: { ...audit, walk } } }
}

async function problemsOf(deps: RegistryDeps): Promise<string[]> {
  const { problems } = await checkData(deps, { repair: false })
  return problems.map(({ subject, message }) => `${subject}: ${message}`)
}

async function aScene(t: TestContext) {
  const registry = await startTestRegistry(t)
  const publish = async (version: string) =>
    assert.equal((await publishRelease(registry, await aRelease(registry.key, { version }))).status, 201)
  await publish('1.0.0')
  return { registry, publish }
}

const CHANGES: Readonly<Record<string, (scene: Awaited<ReturnType<typeof aScene>>, at: number) => Promise<unknown>>> = {
  'a new version': ({ publish }, at) => publish(`1.1.${at}`),
  'a new state': async ({ registry }, at) => {
    const json = at % 2 === 0 ? { action: 'yank', reason: 'old' } : { action: 'unyank' }
    const path = '/api/v1/repos/core/plugins/hello/versions/1.0.0/state'
    assert.equal((await callApi(registry, path, { method: 'PUT', json })).status, 200)
  },
  'a new token': ({ registry }) => registry.createToken(['core/*']),
  'a new repo': ({ registry }, at) =>
    createRepo(servicesOf(registry), `late-${'abcd'[at]}` as Name, { keys: [registry.key.trustKey] }),
}

for (const [what, change] of Object.entries(CHANGES))
  test(`${what} while the log is read, whichever time, is no problem`, async (t) => {
    const scene = await aScene(t)
    for (const at of [0, 1, 2, 3])
      await t.test(`for the ${at + 1}. time`, async () => {
        const deps = interrupted(scene.registry, async (time) => time === at && change(scene, at), at + 1)
        assert.deepEqual(await problemsOf(deps), [])
      })
  })

test('what was forged is found also when something changes in every look', async (t) => {
  const { registry } = await aScene(t)
  const { $client } = databaseOf(servicesOf(registry))
  for (const name of $client.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").pluck().all())
    $client.exec(`DROP TRIGGER ${name}`)
  $client.exec("UPDATE versions SET yanked = 'forged'")
  const deps = interrupted(registry, () => registry.createToken(['core/*']), 100)
  assert.deepEqual(
    (await problemsOf(deps)).filter((problem) => problem.startsWith('core/hello@1.0.0')),
    ['core/hello@1.0.0: its row was changed'],
  )
})
