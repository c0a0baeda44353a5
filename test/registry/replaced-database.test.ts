// The file of the database is replaced under a registry that is running, as by a restore without a stop: nothing that is written into the
// file without a name is acknowledged, however late in a publish that comes.
import assert from 'node:assert/strict'
import { cp, rename } from 'node:fs/promises'
import { test } from 'node:test'
import { databasePath } from '../../registry/data-dir/paths.ts'
import { aRelease } from '../support/builders/test-authority.ts'
import { until } from '../support/machine/until.ts'
import { callApi, openSession, parseSession, uploadAll } from '../support/publisher/publish-release.ts'
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
