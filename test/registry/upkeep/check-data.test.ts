// What a repair gives up can be uploaded again; what a release needs, or may need, is only reported.
import assert from 'node:assert/strict'
import { chmod, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { blobsPath } from '../../../registry/data-dir/paths.ts'
import { findLiveBlob } from '../../../registry/db/sqlite/blobs.ts'
import { checkData } from '../../../registry/upkeep/check-data.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import { aRelease, aScript } from '../../support/builders/test-authority.ts'
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

const servicesOf = ({ serving }: TestRegistry) => serving.registry.services
const USED = aScript('used')
const UNUSED = { linux_amd64: aScript('unused'), linux_arm64: aScript('unused, too') }

/** A release, and two artifacts that no session and no release refers to. */
async function aScene(t: TestContext) {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key, { platforms: { linux_amd64: USED } })
  assert.equal((await publishRelease(registry, release)).status, 201)
  const abandoned = await aRelease(registry.key, { version: '2.0.0', platforms: UNUSED })
  const session = parseSession(await openSession(registry, abandoned))
  await uploadAll(registry, session, abandoned)
  await callApi(registry, `/api/v1/publishes/${session.id}`, { method: 'DELETE' })
  return { registry, release }
}

type Scene = Awaited<ReturnType<typeof aScene>>

const fileOf = ({ registry }: Scene, digest: Digest) => join(blobsPath(registry.dataDir), hexOf(digest))

const HARM: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'blob-missing': (path) => unlink(path),
  async 'blob-damaged'(path) {
    await chmod(path, 0o600)
    await writeFile(path, 'other bytes')
  },
}

type Blob = {
  readonly digest: (scene: Scene) => Digest
  readonly given: boolean
  readonly before?: (scene: Scene) => void
}

/** One after the other in one registry. */
const BLOBS: Readonly<Record<string, Blob>> = {
  'an artifact of a release is kept for a backup': { digest: () => digestOf(USED), given: false },
  'the bundle of a release is kept for a backup': { digest: ({ release }) => release.bundleDigest, given: false },
  'what nobody refers to is given up': { digest: () => digestOf(UNUSED.linux_amd64), given: true },
  'nothing is given up once a version is missing': {
    digest: () => digestOf(UNUSED.linux_arm64),
    given: false,
    before: ({ registry }) => cutVersions(registry),
  },
}

function cutVersions(registry: TestRegistry): void {
  const { $client } = databaseOf(servicesOf(registry))
  for (const name of $client.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").pluck().all())
    $client.exec(`DROP TRIGGER ${name}`)
  $client.exec('DELETE FROM artifacts; DELETE FROM versions')
}

/** What opening the bytes of a blob fails with, and what is said of it. */
const UNREADABLE: Readonly<Record<string, readonly [error: Error, found: readonly string[]]>> = {
  'that the disk does not give back': [
    coded('IO_FAILED', { message: 'x', details: { reason: 'EIO' } }),
    ['blob-damaged its bytes cannot be read: EIO'],
  ],
  'that another store does not give back': [
    coded('IO_FAILED', { message: 'the bucket does not answer' }),
    ['blob-damaged its bytes cannot be read: the bucket does not answer'],
  ],
  'that went behind the look at them': [coded('DATA_DIR_CORRUPT', { message: 'x' }), ['blob-missing its file is gone']],
}

for (const [what, [error, expected]] of Object.entries(UNREADABLE))
  test(`bytes ${what} are named, and all others are looked at`, async (t) => {
    const scene = await aScene(t)
    const services = servicesOf(scene.registry)
    await unlink(fileOf(scene, digestOf(UNUSED.linux_arm64)))
    const open: typeof services.blobs.open = async function* (digest, range) {
      if (digest === digestOf(USED)) throw error
      yield* services.blobs.open(digest, range)
    }
    const { problems } = await checkData({ ...services, blobs: { ...services.blobs, open } }, { repair: true })
    const said = (digest: Digest) =>
      problems.filter(({ subject }) => subject === digest).map(({ kind, message }) => `${kind} ${message}`)
    assert.deepEqual(said(digestOf(USED)), expected)
    assert.deepEqual(said(digestOf(UNUSED.linux_arm64)), ['blob-missing its file is gone'])
    assert.equal(problems.length, 2)
    assert.ok(findLiveBlob(databaseOf(services), digestOf(USED)), 'what a release needs is given up')
  })

for (const [kind, harm] of Object.entries(HARM))
  test(`a repair that finds a ${kind}`, async (t) => {
    const scene = await aScene(t)
    const services = servicesOf(scene.registry)
    for (const [what, { digest, given, before }] of Object.entries(BLOBS))
      await t.test(what, async () => {
        const blob = digest(scene)
        const find = async (repair: boolean) =>
          (await checkData(services, { repair })).problems
            .filter(({ subject }) => subject === blob)
            .map((problem) => [problem.kind, problem.repaired])
        before?.(scene)
        await harm(fileOf(scene, blob))
        assert.deepEqual(await find(false), [[kind, false]])
        assert.ok(findLiveBlob(databaseOf(services), blob), 'looking changes nothing')
        assert.deepEqual(await find(true), [[kind, given]])
        assert.equal(findLiveBlob(databaseOf(services), blob) === undefined, given)
      })
  })
