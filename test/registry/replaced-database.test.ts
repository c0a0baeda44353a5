// The file of the database is replaced under a registry that is running, as by a restore without a stop: nothing that is written into the
// file without a name is acknowledged, however late in a publish that comes.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { cp, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { auditHeadPath, databasePath } from '../../registry/data-dir/paths.ts'
import { aRelease } from '../support/builders/test-authority.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'
import { callApi, openSession, parseSession, publishRelease, uploadAll } from '../support/publisher/publish-release.ts'
import { expectCleanFsck } from '../support/registry/fsck.ts'
import { addRepo } from '../support/registry/metadata-scene.ts'
import { untilStill } from '../support/registry/still-registry.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

for (const moment of ['before', 'after'] as const)
  test(`a publish is not acknowledged when the database file is replaced right ${moment} it is sealed`, async (t) => {
    const registry = await startTestRegistry(t)
    const release = await aRelease(registry.key)
    const session = parseSession(await openSession(registry, release))
    await uploadAll(registry, session, release)
    const { services } = registry.serving.registry
    const { publishing, catalog } = services.metadata
    const path = databasePath(registry.dataDir)
    const replace = () => cp(path, `${path}.copy`).then(() => rename(`${path}.copy`, path))
    const { seal } = publishing
    const interrupted: typeof seal = async (question, decide) => {
      if (moment === 'before') await replace()
      const isSealed = await seal(question, decide)
      if (moment === 'after') await replace()
      return isSealed
    }
    Object.assign(publishing, { seal: interrupted })
    const { status } = await callApi(registry, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })
    assert.equal(status, 503)
    assert.equal((await catalog.release(session)) !== undefined, moment === 'after', 'in the file that is gone')
    await until(() => services.refusal() !== undefined)
  })

for (const end of ['', '-wal', '-shm'])
  test(`nothing more is acknowledged once \`octo.db${end}\` was removed, and what was is kept`, async (t) => {
    const registry = await startTestRegistry(t)
    const publish = async (version: string) => publishRelease(registry, await aRelease(registry.key, { version }))
    assert.equal((await publish('1.0.0')).status, 201)
    const path = `${databasePath(registry.dataDir)}${end}`
    renameSync(path, `${path}.away`)
    assert.equal((await publish('2.0.0')).status, 503)
    const { services } = registry.serving.registry
    await until(() => services.refusal() !== undefined)
    assert.match(String(services.refusal()?.cause), /it was moved away, removed or replaced/)
    await registry.stop()
    if (end === '') renameSync(`${path}.away`, path)
    assert.equal((await expectCleanFsck(registry.dataDir)).versions, 1)
  })

for (const [what, put] of [
  ['a link to the file', (path: string) => symlinkSync(`${path}.away`, path)],
  ['a link to itself', (path: string) => symlinkSync(path, path)],
] as const)
  test(`nothing more is acknowledged once ${what} lies in the place of \`octo.db-wal\``, async (t) => {
    const registry = await startTestRegistry(t)
    const path = `${databasePath(registry.dataDir)}-wal`
    renameSync(path, `${path}.away`)
    put(path)
    assert.equal((await publishRelease(registry, await aRelease(registry.key))).status, 503)
    await until(() => registry.serving.registry.services.refusal() !== undefined)
    rmSync(path)
  })

test('a registry notes the end of its log in no folder that came in the place of its own', async (t) => {
  const registry = await startTestRegistry(t)
  const { dataDir, serving } = registry
  const { metadata } = serving.registry.services
  await untilStill(registry)
  await addRepo(metadata, 'noted-nowhere')
  renameSync(dataDir, join(tempFolder(t), 'away'))
  mkdirSync(dataDir)
  await registry.stop()
  assert.equal(existsSync(auditHeadPath(dataDir)), false)
})
