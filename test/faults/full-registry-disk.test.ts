import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { SigningKey } from '../support/builders/test-authority.ts'
import { aRelease, aScript, issueKey } from '../support/builders/test-authority.ts'
import { rounds } from '../support/machine/full-form.ts'
import { aMountedDisk, whyNoDisk } from '../support/machine/mounted-disk.ts'
import { typeOcto } from '../support/octo/in-process-octo.ts'
import type { ApiAnswer } from '../support/publisher/publish-release.ts'
import { callApi, openSession, parseSession, publishRelease, uploadAll } from '../support/publisher/publish-release.ts'
import { expectCleanFsck } from '../support/registry/fsck.ts'
import { prepareRegistryData, startRegistryChild } from '../support/registry/registry-child.ts'
import { proveAllShown } from '../support/registry/served-release.ts'

const skip = whyNoDisk() ?? false
const LEVELS = rounds({ short: 4, full: 64 })
const MiB = 1024 * 1024

test('a disk that fills up in mid-upload is NO_SPACE to the publisher and nothing to readers', { skip }, async (t) => {
  const { registry, target, disk, key, dataDir } = await aRegistryOnSmallDisk(t)
  const first = await aRelease(key)
  assert.equal((await publishRelease(target, first)).status, 201)
  const second = await aLargeRelease(key, '2.0.0', 2 * MiB)
  const session = parseSession(await openSession(target, second))

  disk.fillUp(256 * 1024)
  await assert.rejects(uploadAll(target, session, second), /507 .*NO_SPACE/)
  expectNoSpace(await openSession(target, await aLargeRelease(key, '3.0.0', 2 * MiB)))
  const early = await callApi(target, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })
  assert.ok([409, 507].includes(early.status), JSON.stringify(early.body))
  const meanwhile = await proveAllShown(registry.url, key.trustKey, first.predicate)
  assert.deepEqual(
    meanwhile?.versions.map(({ version }) => String(version)),
    ['1.0.0'],
  )

  disk.makeRoom()
  const known = parseSession(await callApi(target, `/api/v1/publishes/${session.id}`))
  assert.ok(
    known.uploads.some(({ offset, size }) => offset > 0 && offset < size),
    'what fitted is kept',
  )
  await uploadAll(target, known, second)
  const published = await callApi(target, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })
  assert.equal(published.status, 201, JSON.stringify(published.body))
  const after = await proveAllShown(registry.url, key.trustKey, first.predicate)
  assert.deepEqual(
    after?.versions.map(({ version }) => String(version)),
    ['2.0.0', '1.0.0'],
  )
  assert.deepEqual(await registry.stop(), { code: 0, signal: null })
  await expectCleanFsck(dataDir)
})

test(`with ${LEVELS} sizes of too little space a publish is done or refused, and done once there is room`, {
  skip,
}, async (t) => {
  const { registry, target, disk, key, dataDir } = await aRegistryOnSmallDisk(t)
  const first = await aRelease(key)
  await publishRelease(target, first)
  let refused = 0
  for (let level = 1; level <= LEVELS; level++) {
    const release = await aLargeRelease(key, `2.${level}.0`, 40_000)
    disk.fillUp(Math.floor((level - 1) * ((256 * 1024) / LEVELS)))
    const answer = await publishRelease(target, release).catch(asAnswer)
    if (answer.status !== 201) refused++
    if (answer.status !== 201) expectNoSpace(answer)
    const meanwhile = await proveAllShown(registry.url, key.trustKey, first.predicate)
    const isShown = meanwhile?.versions.some(({ version }) => version === release.predicate.version)
    assert.ok(isShown || answer.status !== 201, `${release.predicate.version} was acknowledged and is not shown`)

    disk.makeRoom()
    const again = await publishRelease(target, release)
    assert.ok([200, 201].includes(again.status), JSON.stringify(again.body))
    const document = await proveAllShown(registry.url, key.trustKey, first.predicate)
    assert.equal(document?.versions.length, level + 1)
  }
  assert.ok(refused > 0, 'the disk was never full')
  assert.deepEqual(await registry.stop(), { code: 0, signal: null })
  await expectCleanFsck(dataDir)
  t.diagnostic(`${refused} of ${LEVELS} were refused`)
})

test('commands and a start on a disk without a byte left say that it is full, and go on once there is room', {
  skip,
}, async (t) => {
  const disk = aMountedDisk(t, 24 * MiB)
  const dataDir = join(disk.folder, 'data')
  await prepareRegistryData(dataDir, issueKey())
  disk.fillUp(0)
  for (const words of [
    ['repo', 'list'],
    ['token', 'list'],
    ['repo', 'create', 'other'],
    ['serve', '--port', '0'],
  ]) {
    const { code, stderr } = await typeOcto(['registry', ...words, '--data', dataDir])
    assert.equal(code, 73, `${words}: ${stderr}`)
    assert.match(stderr, /error\[NO_SPACE\]: the disk of the registry data is full/)
  }
  disk.makeRoom()
  assert.equal((await typeOcto(['registry', 'repo', 'create', 'other', '--data', dataDir])).code, 0)
})

async function aRegistryOnSmallDisk(t: TestContext) {
  const disk = aMountedDisk(t, 24 * MiB)
  const dataDir = join(disk.folder, 'data')
  const key = issueKey()
  const { token } = await prepareRegistryData(dataDir, key)
  const registry = await startRegistryChild(t, { dataDir })
  return { registry, target: { url: registry.url, token }, disk, key, dataDir }
}

function aLargeRelease(key: SigningKey, version: string, bytes: number) {
  const script = Buffer.concat([aScript(version), Buffer.from('exit 0\n'), randomBytes(bytes)])
  return aRelease(key, { version, platforms: { linux_amd64: script } })
}

function expectNoSpace({ status, body }: Pick<ApiAnswer, 'status' | 'body'>): void {
  assert.deepEqual([status, body.code], [507, 'NO_SPACE'], JSON.stringify(body))
}

/** `uploadAll` throws what it was answered. */
function asAnswer(error: Error): Pick<ApiAnswer, 'status' | 'body'> {
  const [, status, body] = /answered (\d+) (.*)$/s.exec(error.message) ?? []
  if (!body) throw error
  return { status: Number(status), body: JSON.parse(body) }
}
