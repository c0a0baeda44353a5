// One process per data directory, whatever happens to its lock file and under whatever path.
import assert from 'node:assert/strict'
import { cp, link, mkdir, readdir, readFile, rename, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { sql } from 'drizzle-orm'
import pino from 'pino'
import { lockDataDir } from '../../../registry/data-dir/lock.ts'
import { databasePath, lockPath } from '../../../registry/data-dir/paths.ts'
import type { RegistryDb } from '../../../registry/db/sqlite/open.ts'
import { openSqliteStore } from '../../../registry/db/sqlite/store.ts'
import { openRegistry } from '../../../registry/open-registry.ts'
import { claimServing } from '../../../registry/serving-claim.ts'
import { registrySettings } from '../../../registry/settings.ts'
import { hexOf } from '../../../schemas/digest.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { publishRelease } from '../../support/publisher/publish-release.ts'
import { untilStill } from '../../support/registry/still-registry.ts'
import { databaseOf, openTestStore } from '../../support/registry/test-db.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const dbOf = ({ serving }: TestRegistry) => databaseOf(serving.registry.services)
const openAt = (dataDir: string) =>
  openRegistry({
    config: registrySettings({ dataDir, baseUrl: 'http://second.test' }),
    logger: pino({ enabled: false }),
  })

async function expectSecondRefused(dataDir: string, code: ErrorCode = 'DATA_DIR_LOCKED'): Promise<void> {
  await expectCodeAsync(code, () => openAt(dataDir))
}

async function expectPublishing(registry: TestRegistry, version: string): Promise<void> {
  assert.equal((await publishRelease(registry, await aRelease(registry.key, { version }))).status, 201)
}

/** What happens to the folder of a registry that is serving; gives the path at which a second one is tried. */
const STILL_HELD: Readonly<Record<string, (dataDir: string, t: TestContext) => Promise<string>>> = {
  nothing: async (dataDir) => dataDir,
  'its lock file is removed': async (dataDir) => {
    await unlink(lockPath(dataDir))
    return dataDir
  },
  'its lock file is replaced by another': async (dataDir) => {
    await writeFile(join(dataDir, 'other'), '')
    await rename(join(dataDir, 'other'), lockPath(dataDir))
    return dataDir
  },
  'its lock file becomes a folder': async (dataDir) => {
    await unlink(lockPath(dataDir))
    await mkdir(lockPath(dataDir))
    return dataDir
  },
  'it is reached by another path': async (dataDir, t) => {
    const path = join(tempFolder(t), 'other-path')
    await symlink(dataDir, path)
    return path
  },
  'it is reached by another path and its lock file is removed': async (dataDir, t) => {
    const path = join(tempFolder(t), 'other-path')
    await symlink(dataDir, path)
    await unlink(lockPath(dataDir))
    return path
  },
  'its lock file is moved away and back': async (dataDir) => {
    await rename(lockPath(dataDir), `${lockPath(dataDir)}.old`)
    await rename(`${lockPath(dataDir)}.old`, lockPath(dataDir))
    return dataDir
  },
}

for (const [what, change] of Object.entries(STILL_HELD))
  test(`a second registry does not start, and the first goes on, when ${what}`, async (t) => {
    const registry = await startTestRegistry(t)
    const code = what.endsWith('folder') ? 'DATA_DIR_CORRUPT' : 'DATA_DIR_LOCKED'
    await expectSecondRefused(await change(registry.dataDir, t), code)
    await expectPublishing(registry, '1.0.0')
    await expectSecondRefused(registry.dataDir, code)
  })

test('the lock on a data directory is one empty file, which stays when it is given back', async (t) => {
  const dataDir = tempFolder(t)
  const lock = lockDataDir(dataDir, lockPath(dataDir))
  assert.deepEqual(await readdir(dataDir), ['serve.lock'])
  lock.release()
  assert.deepEqual(await readdir(dataDir), ['serve.lock'])
  assert.equal((await stat(lockPath(dataDir))).size, 0)
})

test('a lock file that was removed is made and locked again by the registry that is running', async (t) => {
  const registry = await startTestRegistry(t)
  await unlink(lockPath(registry.dataDir))
  await until(() => {
    try {
      lockDataDir(registry.dataDir, lockPath(registry.dataDir)).release()
      return false
    } catch (error) {
      return isCoded(error, 'DATA_DIR_LOCKED')
    }
  })
  await expectPublishing(registry, '1.0.0')
})

/** What takes the data away from a registry that is serving. */
const LOST: Readonly<Record<string, (registry: TestRegistry) => Promise<void>>> = {
  'another process took its row': async (registry) => {
    const { $client } = dbOf(registry)
    $client.exec("UPDATE serving SET holder = 'another'")
  },
  'its row is gone': async (registry) => void dbOf(registry).$client.exec('DELETE FROM serving'),
}

for (const [what, take] of Object.entries(LOST))
  test(`a registry writes nothing more once ${what}`, async (t) => {
    const registry = await startTestRegistry(t)
    await expectPublishing(registry, '1.0.0')
    await take(registry)
    const refused = await publishRelease(registry, await aRelease(registry.key, { version: '2.0.0' }))
    assert.equal(refused.status, 503)
    assert.ok(['DATA_DIR_LOCKED', 'SHUTTING_DOWN'].includes(String(refused.body.code)), String(refused.body.code))
    assert.notEqual(refused.headers.get('retry-after'), null)
    await assert.rejects(async () => registry.serving.registry.tree.drain())
    await until(() => registry.serving.registry.services.refusal() !== undefined)
    assert.equal((await fetch(`${registry.url}/repos/core/hello.json`)).status, 200)
  })

for (const [what, move] of [
  [
    'its database file is replaced',
    (dir: string) =>
      cp(join(dir, 'octo.db'), join(dir, 'copy')).then(() => rename(join(dir, 'copy'), join(dir, 'octo.db'))),
  ],
  ['its folder is moved away', (dir: string) => rename(dir, `${dir}-moved`)],
] as const)
  test(`a registry stops accepting when ${what}`, async (t) => {
    const registry = await startTestRegistry(t, { dataDir: join(tempFolder(t), 'data') })
    await move(registry.dataDir)
    await until(() => registry.serving.registry.services.refusal() !== undefined)
    assert.equal((await publishRelease(registry, await aRelease(registry.key))).status, 503)
  })

test('a copied data directory is served beside the first, and neither sees the other', async (t) => {
  const registry = await startTestRegistry(t)
  await expectPublishing(registry, '1.0.0')
  const copy = join(tempFolder(t), 'copy')
  await untilStill(registry)
  await cp(registry.dataDir, copy, { recursive: true })
  const second = await openAt(copy)
  await second.close()
  await expectPublishing(registry, '2.0.0')
})

test('what a killed registry left is taken over at once when its lock file is still there', async (t) => {
  const { db, serving } = await openTestStore(t)
  const lock = (file: string) => ({ file: () => file, mend: () => false, release: () => {} })
  await claimServing(serving, tempFolder(t), lock('one'))
  const challenges = countChallenges(db)
  const second = await claimServing(serving, tempFolder(t), lock('one'))
  assert.equal(challenges(), 0, 'nobody was asked, so nobody was waited for')
  await second.require()
})

test('of many that find a dead holder and no lock file, exactly one takes its place', async (t) => {
  const { serving } = await openTestStore(t)
  const lock = (file: string) => ({ file: () => file, mend: () => false, release: () => {} })
  await serving.claim({ holder: 'dead', lockFile: 'gone' }, () => {})
  const claims = await Promise.allSettled(
    Array.from({ length: 8 }, (_none, index) => claimServing(serving, tempFolder(t), lock(`lock ${index}`))),
  )
  assert.equal(claims.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.notEqual((await serving.holder())?.holder, 'dead')
})

test('a repair is refused while a registry runs whose lock file is gone', async (t) => {
  const registry = await startTestRegistry(t)
  await unlink(lockPath(registry.dataDir))
  const { code, stderr } = await typeOcto(['registry', 'fsck', '--repair', '--data', registry.dataDir])
  assert.equal(code, 75, stderr)
})

test('a stopped registry leaves no claim behind', async (t) => {
  const registry = await startTestRegistry(t)
  await registry.stop()
  const metadata = openSqliteStore(databasePath(registry.dataDir))
  t.after(() => metadata.close())
  assert.equal(await metadata.serving.holder(), undefined)
  const challenges = countChallenges(metadata.db)
  await rm(lockPath(registry.dataDir), { force: true })
  await (await openAt(registry.dataDir)).close()
  assert.equal(challenges(), 0)
})

/** How often a holder was asked from now on whether it lives: each question costs a start some seconds. */
function countChallenges(db: RegistryDb): () => number {
  db.$client.exec(`
    CREATE TABLE challenges (put TEXT) STRICT;
    CREATE TRIGGER note_challenges AFTER UPDATE OF challenge ON serving WHEN NEW.challenge IS NOT NULL
    BEGIN INSERT INTO challenges VALUES (NEW.challenge); END;
  `)
  return () => db.get<{ found: number }>(sql`SELECT count(*) AS found FROM challenges`)?.found ?? 0
}

test('an upload is never written into a file that has a second name', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const blob = join(tempFolder(t), 'blob')
  await writeFile(blob, 'truth')
  const { services } = registry.serving.registry
  const digest = release.bundleDigest
  const part = { session: 'a'.repeat(32), digest, size: Buffer.byteLength(release.bundle) }
  const folder = join(registry.dataDir, 'uploads', part.session)
  await mkdir(folder, { recursive: true })
  await link(blob, join(folder, `${hexOf(digest)}.part`))
  const chunks = (async function* () {
    yield Buffer.from(release.bundle)
  })()
  await services.uploads.append(part, { offset: 0, chunks, abort: new AbortController() }, async () => {})
  assert.equal(await readFile(blob, 'utf8'), 'truth')
})
