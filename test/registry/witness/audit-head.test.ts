// The second place that knows where the audit log ends follows a running registry, also after it could not be written.
import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { auditHeadPath } from '../../../registry/data-dir/paths.ts'
import type { AuditHead } from '../../../registry/db/records.ts'
import type { AuditStore } from '../../../registry/db/store.ts'
import { noteAuditHead, readNotedHead } from '../../../registry/witness/audit-head.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('an end of the audit log that could not be noted is noted as soon as it can be, without another change', async (t) => {
  const registry = await startTestRegistry(t)
  const path = auditHeadPath(registry.dataDir)
  await until(() => standsInTheWay(path))
  await registry.createToken(['core/*'])
  const head = await registry.serving.registry.services.metadata.audit.head()
  await until(() => registry.logs.some((line) => line.includes('the end of the audit log could not be noted')))
  await rm(path, { recursive: true })
  await until(async () => isDeepStrictEqual(await readNotedHead(registry.dataDir), head))
})

/** A folder where the file would be; false where the registry, which has just begun, wrote that once more meanwhile. */
async function standsInTheWay(path: string): Promise<boolean> {
  await rm(path, { force: true })
  return mkdir(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      assert.equal(error.code, 'EEXIST')
      return false
    },
  )
}

const aHead = (id: number): AuditHead => ({ id, rowSha256: digestOf(String(id)) })
/** A log that ends there. */
const aLog = (head: AuditHead | undefined): Pick<AuditStore, 'head' | 'at'> => ({
  head: async () => head,
  at: async (id) => (head && id <= head.id ? aHead(id) : undefined),
})

const stays: readonly (readonly [string, string, AuditHead])[] = [
  ['one that says more than the log', JSON.stringify(aHead(7)), aHead(6)],
  ['another one at the same place', JSON.stringify({ ...aHead(6), rowSha256: digestOf('x') }), aHead(6)],
  ['another one at an earlier place', JSON.stringify({ ...aHead(5), rowSha256: digestOf('x') }), aHead(6)],
  ['one that cannot be read', 'nonsense', aHead(6)],
]
for (const [what, text, head] of stays)
  test(`a noted end stays as evidence: ${what}`, async (t) => {
    const folder = tempFolder(t)
    await writeFile(auditHeadPath(folder), text)
    await noteAuditHead(aLog(head), folder)
    assert.equal(await readFile(auditHeadPath(folder), 'utf8'), text)
  })

test('a log that goes on is noted again, and one without a row is not noted', async (t) => {
  const folder = tempFolder(t)
  await noteAuditHead(aLog(undefined), folder)
  assert.equal(await readNotedHead(folder), undefined)
  for (const id of [1, 2]) await noteAuditHead(aLog(aHead(id)), folder)
  assert.deepEqual(await readNotedHead(folder), aHead(2))
})

test('a log that goes on while its end is written is noted at its new end', async (t) => {
  const folder = tempFolder(t)
  const ends = [aHead(1), aHead(2)]
  await noteAuditHead({ ...aLog(aHead(3)), head: async () => ends.shift() ?? aHead(3) }, folder)
  assert.deepEqual(await readNotedHead(folder), aHead(3))
})

test('what cannot be read or written is no silence', async (t) => {
  const folder = tempFolder(t)
  await assert.rejects(noteAuditHead(aLog(aHead(1)), join(folder, 'gone')), { code: 'ENOENT' })
  await mkdir(auditHeadPath(folder))
  await assert.rejects(readNotedHead(folder), { code: 'EISDIR' })
})
