// A registry whose database lost rows of what was published: whatever looks unused may be all that is left of it, and stays.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { auditHeadPath, blobsPath } from '../../../registry/data-dir/paths.ts'
import { checkData } from '../../../registry/upkeep/check-data.ts'
import { collectGarbage } from '../../../registry/upkeep/collect-garbage.ts'
import { noteAuditHead } from '../../../registry/witness/audit-head.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease, aScript } from '../../support/builders/test-authority.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { publishRelease } from '../../support/publisher/publish-release.ts'
import { untilStill } from '../../support/registry/still-registry.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const servicesOf = ({ serving }: TestRegistry) => serving.registry.services
const filesOf = async ({ dataDir }: TestRegistry) => (await readdir(blobsPath(dataDir))).sort()

/** Three versions with bytes of their own, and where the log ends is noted. */
async function aScene(t: TestContext): Promise<TestRegistry> {
  const registry = await startTestRegistry(t)
  for (const version of ['1.0.0', '1.1.0', '2.0.0']) {
    const release = await aRelease(registry.key, { version, platforms: { linux_amd64: aScript(version) } })
    assert.equal((await publishRelease(registry, release)).status, 201)
  }
  await untilStill(registry)
  return registry
}

/** What somebody with the file can do, and what a copy of it from earlier looks like. */
function change(registry: TestRegistry, sql: string): void {
  const { $client } = databaseOf(servicesOf(registry))
  for (const name of $client.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").pluck().all())
    $client.exec(`DROP TRIGGER ${name}`)
  $client.pragma('foreign_keys = 0')
  $client.exec(sql)
}

const CUT =
  "DELETE FROM artifacts WHERE version_id = 3; DELETE FROM versions WHERE id = 3; UPDATE plugins SET newest = '1.1.0'"
const BEFORE_IT = "(SELECT min(id) FROM audit WHERE subject LIKE '%@2.0.0')"

/** What became of the database. */
const LOSSES: Readonly<Record<string, { readonly sql: string; readonly goesOn?: boolean }>> = {
  'a version was cut away': { sql: CUT },
  'an older copy of the database was put back': { sql: `${CUT}; DELETE FROM audit WHERE id >= ${BEFORE_IT}` },
  'an older copy of the database was put back, and went on': {
    sql: `${CUT}; DELETE FROM audit WHERE id >= ${BEFORE_IT}`,
    goesOn: true,
  },
}

for (const [what, { sql, goesOn = false }] of Object.entries(LOSSES))
  test(`after ${what}, neither repair, nor gc, nor a restart takes away its last bytes`, async (t) => {
    const registry = await aScene(t)
    const services = servicesOf(registry)
    const before = await filesOf(registry)
    change(registry, sql)
    // Beyond the row that was noted beside the database.
    if (goesOn) for (let more = 0; more < 20; more++) await registry.createToken(['core/*'])
    if (goesOn) await noteAuditHead(services.metadata.audit, registry.dataDir)
    const collect = () => collectGarbage(services, { dryRun: false, graceMs: -1000 })
    const { hint } = await expectCodeAsync('DATA_DIR_CORRUPT', collect)
    assert.equal(
      hint?.includes('audit-head.json'),
      sql !== CUT,
      'what was restored is accepted by taking the note away',
    )
    const { problems } = await checkData(services, { repair: true })
    assert.ok(problems.length > 0 && problems.every(({ repaired }) => !repaired))
    await registry.serving.registry.tree.reconcile({ depth: 'deep', repair: true })
    assert.deepEqual(await filesOf(registry), before)
    assert.ok((await readdir(join(registry.dataDir, 'tree/repos/core/hello'))).includes('2.0.0'))
  })

const shownBy = ({ dataDir }: TestRegistry) =>
  ['core.json', 'core/hello.json'].map((path) => readFileSync(join(dataDir, 'tree/repos', path), 'utf8'))

test('what a lost row told stays in the documents when the registry starts anew, for another address too', async (t) => {
  const registry = await aScene(t)
  const before = shownBy(registry)
  change(registry, CUT)
  const again = await registry.restart()
  await again.serving.registry.tree.check()
  assert.deepEqual(shownBy(registry), before)
  assert.ok(again.logs.some((line) => /left as it is, because rows of what was published are missing/.test(line)))

  const release = await aRelease(registry.key, { plugin: 'other', platforms: { linux_amd64: aScript('other') } })
  assert.equal((await publishRelease(again, release)).status, 201, 'other plugins are published')
  assert.equal(shownBy(registry)[1], before[1])
})

test('a tree that is gone is rendered from the rows that are left', async (t) => {
  const registry = await aScene(t)
  change(registry, CUT)
  await registry.stop()
  await rm(join(registry.dataDir, 'tree'), { recursive: true })
  const again = await registry.restart()
  await again.serving.registry.tree.check()
  assert.match(shownBy(registry)[1] ?? '', /"1\.1\.0"/)
})

test('what a lost row told stays in the document of its plugin, whatever is repaired', async (t) => {
  const registry = await aScene(t)
  change(registry, CUT)
  await registry.stop()
  const before = shownBy(registry)
  assert.match(before[1] ?? '', /2\.0\.0/)
  const { code, stderr } = await typeOcto(['registry', 'fsck', '--repair', '--data', registry.dataDir])
  assert.equal(code, 1)
  assert.match(stderr, /left as it is, because the audit log names more published versions than there are/)
  assert.deepEqual(shownBy(registry), before)
})

test('a note that cannot be read is named, and nothing is collected', async (t) => {
  const registry = await aScene(t)
  await writeFile(auditHeadPath(registry.dataDir), 'nonsense')
  const collect = () => collectGarbage(servicesOf(registry), { dryRun: false, graceMs: -1000 })
  const { message } = await expectCodeAsync('DATA_DIR_CORRUPT', collect)
  assert.match(
    message,
    /may be missing \(audit-head\.json: it was changed and cannot be read\), so no blob is removed$/,
  )
})

test('who accepts that newer rows are lost takes the note away, and what only they named is collected', async (t) => {
  const registry = await aScene(t)
  const before = await filesOf(registry)
  change(registry, `${CUT}; DELETE FROM audit WHERE id >= ${BEFORE_IT}`)
  await rm(auditHeadPath(registry.dataDir))
  const { blobs } = await collectGarbage(servicesOf(registry), { dryRun: false, graceMs: -1000 })
  assert.equal(blobs.length, 2)
  assert.equal((await filesOf(registry)).length, before.length - 2)
})
