// The second place that knows where the audit log ends follows a running registry, also after it could not be written.
import assert from 'node:assert/strict'
import { mkdir, rm } from 'node:fs/promises'
import { test } from 'node:test'
import { auditHeadPath } from '../../../registry/settings.ts'
import { readNotedHead } from '../../../registry/upkeep/audit-head.ts'
import { startTestRegistry } from '../../support/test-registry.ts'
import { until } from '../../support/until.ts'

test('an end of the audit log that could not be noted is noted as soon as it can be, without another change', async (t) => {
  const registry = await startTestRegistry(t)
  const path = auditHeadPath(registry.dataDir)
  await rm(path, { force: true })
  await mkdir(path)
  await registry.createToken(['core/*'])
  const head = await registry.serving.registry.services.metadata.audit.head()
  await until(() => registry.logs.some((line) => line.includes('the end of the audit log could not be noted')))
  await rm(path, { recursive: true })
  await until(async () => (await readNotedHead(registry.dataDir)) !== undefined)
  assert.deepEqual(await readNotedHead(registry.dataDir), head)
})
