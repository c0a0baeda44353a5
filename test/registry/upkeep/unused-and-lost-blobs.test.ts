import assert from 'node:assert/strict'
import { chmod, readdir, readFile, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { blobsPath, trashPath } from '../../../registry/data-dir/paths.ts'
import { checkData } from '../../../registry/upkeep/check-data.ts'
import { collectGarbage } from '../../../registry/upkeep/collect-garbage.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { aRelease, aScript } from '../../support/builders/test-authority.ts'
import { until } from '../../support/machine/until.ts'
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

const DAY_MS = 24 * 3600_000
const servicesOf = ({ serving }: TestRegistry) => serving.registry.services
const collect = (registry: TestRegistry, dryRun = false) =>
  collectGarbage(servicesOf(registry), { dryRun, graceMs: DAY_MS })
const check = (registry: TestRegistry, repair = false) => checkData(servicesOf(registry), { repair })
const filesOf = ({ dataDir }: TestRegistry) => readdir(blobsPath(dataDir))

/** A registry with one release, and one that was uploaded and given up. */
async function aScene(t: Parameters<typeof startTestRegistry>[0]) {
  const time = { now: Date.now() }
  const registry = await startTestRegistry(t, { clock: () => time.now })
  await publishRelease(registry, await aRelease(registry.key, { platforms: { linux_amd64: aScript() } }))
  const abandoned = await aRelease(registry.key, { version: '2.0.0', platforms: { linux_amd64: aScript('two') } })
  const session = parseSession(await openSession(registry, abandoned))
  await uploadAll(registry, session, abandoned)
  return { registry, time, abandoned, session }
}

test('blobs that nobody refers to are collected after their grace, all others stay', async (t) => {
  const { registry, time, abandoned } = await aScene(t)
  assert.equal((await filesOf(registry)).length, 4)
  time.now += 2 * DAY_MS
  const planned = await collect(registry, true)
  assert.equal(planned.blobs.length, 2)
  assert.equal((await filesOf(registry)).length, 4)
  assert.equal((await collect(registry)).blobs.length, 2)
  assert.equal((await filesOf(registry)).length, 2)
  assert.deepEqual((await check(registry)).problems, [])
  const fresh = { ...registry, token: (await registry.createToken(['core/*'])).token }
  assert.equal((await publishRelease(fresh, abandoned)).status, 201)
})

test('what was collected lies in the trash for a day, in case it was wanted', async (t) => {
  const registry = await startTestRegistry(t)
  const services = servicesOf(registry)
  const path = join(blobsPath(registry.dataDir), hexOf(digestOf('orphan')))
  await writeFile(path, 'orphan')
  const trash = () => readdir(trashPath(registry.dataDir))
  await collectGarbage(services, { dryRun: false, graceMs: -1000 })
  assert.deepEqual(await trash(), [hexOf(digestOf('orphan'))])
  await collectGarbage({ ...services, clock: () => Date.now() + DAY_MS }, { dryRun: false, graceMs: 0 })
  assert.deepEqual(await trash(), [])
})

test('the day in the trash begins anew for what was collected while the clock was ahead, and for nothing else', async (t) => {
  const registry = await startTestRegistry(t)
  const services = servicesOf(registry)
  await writeFile(join(blobsPath(registry.dataDir), hexOf(digestOf('orphan'))), 'orphan')
  await collectGarbage(services, { dryRun: false, graceMs: -1000 })
  const trashed = join(trashPath(registry.dataDir), hexOf(digestOf('orphan')))
  const { ctimeMs } = await stat(trashed)
  const collectBack = async (backMs: number) => {
    await collectGarbage({ ...services, clock: () => ctimeMs - backMs }, { dryRun: false, graceMs: 0 })
    return (await stat(trashed)).ctimeMs
  }
  assert.equal(await collectBack(DAY_MS), ctimeMs)
  await until(async () => (await collectBack(DAY_MS + 1)) > ctimeMs)
})

test('a young blob and the blobs of an open session are left alone', async (t) => {
  const { registry, time, session } = await aScene(t)
  await callApi(registry, `/api/v1/publishes/${session.id}`, { method: 'DELETE' })
  assert.equal((await collect(registry)).blobs.length, 0)
  time.now += 2 * DAY_MS
  const renewed = { ...registry, token: (await registry.createToken(['core/*'])).token }
  await openSession(renewed, (await aScene(t)).abandoned)
  const again = await aRelease(registry.key, { version: '2.0.0', platforms: { linux_amd64: aScript('two') } })
  await openSession(renewed, again)
  const { blobs } = await collect(registry)
  assert.equal(
    blobs.some(({ digest }) => digest === digestOf(aScript('two'))),
    false,
  )
})

test('publishing goes on while garbage is collected, and no version loses a blob', async (t) => {
  const { registry, time } = await aScene(t)
  time.now += 2 * DAY_MS
  const target = { ...registry, token: (await registry.createToken(['core/*'])).token }
  const releases = await Promise.all(
    Array.from({ length: 20 }, (_none, index) =>
      aRelease(registry.key, { version: `3.0.${index}`, platforms: { linux_amd64: aScript(`three ${index % 3}`) } }),
    ),
  )
  let done = false
  const collecting = (async () => {
    while (!done) await collectGarbage(servicesOf(registry), { dryRun: false, graceMs: -1000 })
  })()
  const answers = await Promise.all(releases.map((release) => publishRelease(target, release)))
  done = true
  await collecting
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201])
  const report = await check(registry)
  assert.deepEqual(report.problems, [])
  assert.equal(report.versions, 21)
})

test('a file that a crash left without a row is an orphan, and collected', async (t) => {
  const registry = await startTestRegistry(t)
  const path = join(blobsPath(registry.dataDir), hexOf(digestOf('orphan')))
  await writeFile(path, 'orphan')
  await utimes(path, new Date(0), new Date(0))
  assert.equal((await check(registry)).orphans, 1)
  assert.equal((await collect(registry)).blobs.length, 1)
  assert.equal((await check(registry)).orphans, 0)
})

test('a flipped bit in a blob, a lost blob and a stray file are found by name', async (t) => {
  const { registry, abandoned } = await aScene(t)
  const [published] = (await filesOf(registry)).filter(
    (name) => name !== hexOf(digestOf(aScript('two'))) && name !== hexOf(abandoned.bundleDigest),
  )
  const damaged = join(blobsPath(registry.dataDir), published ?? '')
  const bytes = await readFile(damaged)
  bytes.writeUInt8(bytes.readUInt8(3) ^ 1, 3)
  await chmod(damaged, 0o600)
  await writeFile(damaged, bytes)
  await unlink(join(blobsPath(registry.dataDir), hexOf(digestOf(aScript('two')))))
  await writeFile(join(blobsPath(registry.dataDir), 'notes.txt'), 'x')
  const { problems } = await check(registry)
  assert.deepEqual(problems.map(({ kind }) => kind).sort(), ['blob-damaged', 'blob-missing', 'stray-file'])
})

test('a lost blob that no release needs is given up by a repair, so that it can be uploaded again', async (t) => {
  const { registry, session, abandoned } = await aScene(t)
  await callApi(registry, `/api/v1/publishes/${session.id}`, { method: 'DELETE' })
  await unlink(join(blobsPath(registry.dataDir), hexOf(digestOf(aScript('two')))))
  const { problems } = await check(registry, true)
  assert.deepEqual(
    problems.map(({ kind, repaired }) => [kind, repaired]),
    [['blob-missing', true]],
  )
  assert.equal((await publishRelease(registry, abandoned)).status, 201)
  assert.deepEqual((await check(registry)).problems, [])
})

for (const [title, tampering] of [
  ['a version’s predicate', "UPDATE versions SET predicate = replace(predicate, 'says hello', 'says hellO')"],
  ['the state of a version', "UPDATE versions SET yanked = 'x'"],
  ['the digest of an artifact', 'UPDATE artifacts SET size = size + 1'],
] as const)
  test(`${title} that was changed behind the registry’s back is found`, async (t) => {
    const { registry } = await aScene(t)
    const { $client } = databaseOf(servicesOf(registry))
    $client.exec('DROP TRIGGER versions_are_sealed; DROP TRIGGER artifacts_are_sealed')
    $client.exec(tampering)
    const { problems } = await check(registry)
    assert.deepEqual(
      problems.map(({ kind, subject }) => [kind, subject]),
      [
        // The triggers that were dropped for it.
        ['database', 'octo.db'],
        ['database', 'octo.db'],
        ['version', 'core/hello@1.0.0'],
      ],
    )
  })

test('blobs can be written by nobody, not even by mistake', async (t) => {
  const { registry } = await aScene(t)
  for (const name of await filesOf(registry)) {
    const { mode } = await stat(join(blobsPath(registry.dataDir), name))
    assert.equal(mode & 0o222, 0)
  }
})
