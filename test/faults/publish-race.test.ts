import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { SessionAnswer } from '../../schemas/api.ts'
import type { SignedRelease, SigningKey } from '../support/builders/test-authority.ts'
import { aRelease, aScript, issueKey } from '../support/builders/test-authority.ts'
import { rounds } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { typeOcto } from '../support/octo/in-process-octo.ts'
import type { ApiAnswer, ApiTarget } from '../support/publisher/publish-release.ts'
import {
  blobsOf,
  callApi,
  openSession,
  parseSession,
  publishRelease,
  uploadAll,
} from '../support/publisher/publish-release.ts'
import { expectCleanFsck } from '../support/registry/fsck.ts'
import type { RegistryChild } from '../support/registry/registry-child.ts'
import { prepareRegistryData, startRegistryChild } from '../support/registry/registry-child.ts'
import { proveServed, readServedPlugin } from '../support/registry/served-release.ts'

const PUBLISHERS = rounds({ short: 6, full: 100 })
const SAME = rounds({ short: 4, full: 20 })

test(`of ${PUBLISHERS} publishers of one version one wins, and the others are told that it exists`, async (t) => {
  const { registry, target, key, dataDir } = await aRegistry(t)
  const releases = await Promise.all(
    Array.from({ length: PUBLISHERS }, (_, index) =>
      aRelease(key, { platforms: { linux_amd64: aScript(`publisher ${index}`), any: aScript(`${index} anywhere`) } }),
    ),
  )
  const sessions = await uploadTogether(target, releases)
  const answers = await publishTogether(target, sessions)

  const winners = releases.filter((_, index) => answers[index]?.status === 201)
  const others = answers.filter(({ status }) => status !== 201)
  const [winner = assert.fail('nobody won')] = winners
  assert.equal(winners.length, 1)
  assert.deepEqual(
    others.map(({ status, body }) => `${status} ${body.code}`),
    Array(PUBLISHERS - 1).fill('409 VERSION_EXISTS'),
  )
  await proveOnly(registry, winner, key)
  await expectNothingLeft({ registry, target, dataDir }, { sessions, winner })
})

test(`of ${SAME} publishers of the same release all succeed, whoever signed first`, async (t) => {
  const { registry, target, key, dataDir } = await aRegistry(t)
  const release = await aRelease(key)
  // Every second one has signed the same statement anew, as another job of the same pipeline does.
  const releases = await Promise.all(
    Array.from({ length: SAME }, (_, index) => (index % 2 === 0 ? release : aRelease(key))),
  )
  const answers = await Promise.all(releases.map((each) => publishRelease(target, each)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(SAME - 1).fill(200), 201])
  assert.equal(new Set(answers.map(({ body }) => body.publishedAt)).size, 1)
  await proveOnly(registry, release, key)
  assert.deepEqual(readdirSync(join(dataDir, 'uploads')), [])
  await registry.stop()
  assert.equal((await expectCleanFsck(dataDir)).versions, 1)
})

async function aRegistry(t: TestContext) {
  const dataDir = join(tempFolder(t), 'data')
  const key = issueKey()
  const { token } = await prepareRegistryData(dataDir, key)
  const registry = await startRegistryChild(t, { dataDir })
  return { registry, target: { url: registry.url, token }, key, dataDir }
}

/** All are ready before the first publishes, so that the last step is the race. */
function uploadTogether(target: ApiTarget, releases: readonly SignedRelease[]): Promise<readonly SessionAnswer[]> {
  return Promise.all(
    releases.map(async (release) => {
      const { status, body } = await openSession(target, release)
      assert.equal(status, 201, JSON.stringify(body))
      const session = parseSession({ body })
      await uploadAll(target, session, release)
      return session
    }),
  )
}

function publishTogether(target: ApiTarget, sessions: readonly SessionAnswer[]): Promise<readonly ApiAnswer[]> {
  return Promise.all(sessions.map(({ id }) => callApi(target, `/api/v1/publishes/${id}/publish`, { method: 'POST' })))
}

async function proveOnly({ url }: RegistryChild, { predicate }: SignedRelease, { trustKey }: SigningKey) {
  const document = await readServedPlugin(url, predicate)
  const [shown = assert.fail('no version is shown'), ...more] = document?.versions ?? []
  assert.deepEqual(more, [])
  for (const [platform, { digest }] of Object.entries(predicate.platforms))
    assert.equal(shown.platforms[platform as keyof typeof shown.platforms]?.digest, digest)
  await proveServed(url, trustKey, { release: predicate, shown })
}

type Left = { readonly registry: RegistryChild; readonly target: ApiTarget; readonly dataDir: string }

/** When the losers have given up, only the winner's bytes stay. */
async function expectNothingLeft(
  { registry, target, dataDir }: Left,
  { sessions, winner }: { readonly sessions: readonly SessionAnswer[]; readonly winner: SignedRelease },
): Promise<void> {
  for (const { id } of sessions) await callApi(target, `/api/v1/publishes/${id}`, { method: 'DELETE' })
  assert.deepEqual(readdirSync(join(dataDir, 'uploads')), [])
  const { code, stderr } = await typeOcto(['registry', 'gc', '--data', dataDir, '--grace', '0'])
  assert.equal(code, 0, stderr)
  const blobs = [...blobsOf(winner).keys()].map((digest) => digest.slice('sha256:'.length))
  assert.deepEqual(readdirSync(join(dataDir, 'blobs', 'sha256')).sort(), blobs.sort())
  await registry.stop()
  assert.equal((await expectCleanFsck(dataDir)).versions, 1)
}
