// A registry needs nothing of the disk but a folder for its lock and for uploads: with rows, blobs and trees in memory it answers every
// read, at each step of the life of its plugins, as one does that keeps all of them on the disk.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { checkData } from '../../registry/upkeep/check-data.ts'
import { collectGarbage } from '../../registry/upkeep/collect-garbage.ts'
import { digestOf } from '../../schemas/digest.ts'
import { blobPath } from '../../static-tree/paths.ts'
import type { SignedRelease, SigningKey } from '../support/builders/test-authority.ts'
import { aRelease, aScript, issueKey } from '../support/builders/test-authority.ts'
import { triesEveryCase } from '../support/machine/full-form.ts'
import { callApi, openSession, parseSession, publishRelease, uploadAll } from '../support/publisher/publish-release.ts'
import { openMemoryBlobs } from '../support/registry/memory-blobs.ts'
import { openMemoryMetadata } from '../support/registry/memory-metadata/metadata.ts'
import { openMemoryTrees } from '../support/registry/memory-trees.ts'
import type { TestRegistry, TestRegistryOptions } from '../support/registry/test-registry.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const DAY_MS = 24 * 3600_000
const BEGIN = Date.parse('2026-03-04T05:06:07.000Z')
/** Too large to be read into memory for whoever asks first. */
const LARGE = Buffer.concat([aScript('large'), Buffer.alloc(700_000, '# more of it\n')])

type Releases = Readonly<Record<'small' | 'large' | 'bad' | 'secret' | 'abandoned', SignedRelease>>

async function releasesOf(key: SigningKey): Promise<Releases> {
  const release = (version: string, bytes: Buffer, repo = 'core') =>
    aRelease(key, { repo, version, platforms: { linux_amd64: bytes } })
  return {
    small: await release('1.0.0', aScript('small')),
    large: await release('1.1.0', LARGE),
    bad: await release('2.0.0', aScript('bad')),
    secret: await release('1.0.0', aScript('secret'), 'secret'),
    abandoned: await release('3.0.0', aScript('abandoned')),
  }
}

/** Everything that is served of these releases, whether or not it still is. */
function addressesOf({ small, large, bad, secret }: Releases): readonly string[] {
  const documents = ['core', 'core/hello', 'secret', 'secret/hello', 'absent', 'core/absent'].flatMap((name) =>
    ['json', 'yaml'].map((format) => `/repos/${name}.${format}`),
  )
  const files = [small, large, bad, secret].flatMap(({ predicate, bundleDigest }) => {
    const { repo, plugin, version } = predicate
    const artifacts = Object.values(predicate.platforms)
    const names = [...artifacts.flatMap(({ file }) => [file, `${file}.sha256`]), 'release.sigstore.json', 'absent']
    const digests = [bundleDigest, ...artifacts.map(({ digest }) => digest)]
    return [
      ...names.map((name) => `/repos/${repo}/${plugin}/${version}/${name}`),
      ...digests.map((digest) => `/${blobPath(digest)}`),
      ...digests.map((digest) => `/v2/${repo}/component-descriptors/octo.internal/${repo}/${plugin}/blobs/${digest}`),
    ]
  })
  const schemas = ['/schemas/octo.schema.json', '/schemas/plugin.schema.json', '/.well-known/octo.json']
  return [...documents, ...files, ...schemas, '/keys/core.json', '/plugins/core/hello', `/${blobPath(digestOf('no'))}`]
}

type Wish = { readonly method?: string; readonly headers: Readonly<Record<string, string>> }

/** The first two of a large file are answered from the tree, the others from memory. */
const WISHES: Readonly<Record<string, (etag: string) => Wish>> = {
  whole: () => ({ headers: {} }),
  'a part': () => ({ headers: { range: 'bytes=5-600000' } }),
  'without its bytes': () => ({ method: 'HEAD', headers: {} }),
  'unless it is known': (etag) => ({ headers: { 'if-none-match': etag } }),
  'only as it was': () => ({ headers: { 'if-match': '"another"' } }),
  compressed: () => ({ headers: { 'accept-encoding': 'br, gzip' } }),
  'its end': () => ({ headers: { range: 'bytes=-7' } }),
  'beyond its end': () => ({ headers: { range: 'bytes=99999999-' } }),
}

/** What differs from one answer to the next of the same registry. */
const PASSING = new Set(['date', 'x-request-id'])

type Seen = Readonly<Record<string, readonly [status: number, headers: Readonly<Record<string, string>>, body: string]>>

/** One document, what lies in the tree and what does not; the large file is asked for in each way in which it can be. */
const ofEachKind = (address: string) => triesEveryCase || /hello\.json$|\/1\.1\.0\/|absent/.test(address)

const WHOLE = { whole: WISHES.whole ?? assert.fail() }

/** Every address, with and without a login, by what was asked. */
async function readAll({ url, token }: TestRegistry, addresses: readonly string[], wishes = WHOLE): Promise<Seen> {
  const seen: Record<string, Seen[string]> = {}
  for (const address of addresses)
    for (const [who, login] of Object.entries({ nobody: {}, owner: { authorization: `Bearer ${token}` } })) {
      let etag = '"none"'
      // Whoever is logged in is told the same of what is everybody's.
      const own = (who === 'owner' && !address.includes('secret')) || !ofEachKind(address) ? WHOLE : wishes
      for (const [wish, asking] of Object.entries(own)) {
        const { method = 'GET', headers } = asking(etag)
        const all = { 'accept-encoding': 'identity', ...login, ...headers }
        const answer = await fetch(`${url}${address}`, { method, headers: all })
        const body = Buffer.from(await answer.arrayBuffer()).toString('latin1')
        if (wish === 'whole') etag = answer.headers.get('etag') ?? etag
        const lasting = [...answer.headers].filter(([name]) => !PASSING.has(name))
        const said = body.replace(/"requestId":"[^"]*"/, '')
        seen[`${address} ${wish}, by ${who}`] = [answer.status, Object.fromEntries(lasting), said]
      }
    }
  return seen
}

/** The same life, told by what everybody can read at each step of it. */
async function liveThrough(t: TestContext, options: TestRegistryOptions, releases: Releases) {
  const time = { now: BEGIN }
  const registry = await startTestRegistry(t, {
    ...{ ...options, repos: ['core', 'secret'], clock: () => time.now, baseUrl: 'http://registry.test' },
  })
  const addresses = addressesOf(releases)
  const { services, tree } = registry.serving.registry
  await registry.setVisibility('secret', 'private')
  const steps: Record<string, Seen> = {}
  const { small, large, bad, secret, abandoned } = releases
  for (const release of [small, large, bad, secret]) {
    const { status, body } = await publishRelease(registry, release)
    assert.equal(status, 201, JSON.stringify(body))
  }
  steps['once all was published'] = await readAll(registry, addresses, { ...WHOLE, ...WISHES })
  for (const [version, json] of [
    ['1.0.0', { action: 'yank', reason: 'old' }],
    ['2.0.0', { action: 'quarantine', reason: 'bad' }],
  ] as const) {
    const path = `/api/v1/repos/core/plugins/hello/versions/${version}/state`
    assert.equal((await callApi(registry, path, { method: 'PUT', json })).status, 200)
  }
  steps['once some was withdrawn'] = await readAll(registry, addresses)
  await registry.setVisibility('secret', 'public')
  await registry.setVisibility('core', 'private')
  await uploadAll(registry, parseSession(await openSession(registry, abandoned)), abandoned)
  time.now += 2 * DAY_MS
  const { blobs } = await collectGarbage(services, { dryRun: false, graceMs: DAY_MS })
  steps['once repos changed sides and garbage was collected'] = await readAll(registry, addresses)
  await tree.check()
  const { problems } = await tree.reconcile({ depth: 'deep', repair: false })
  const data = await checkData(services, { repair: false })
  const second = await registry.restart()
  steps['by the next one'] = await readAll(second, addresses)
  await second.serving.registry.tree.check()
  return { steps, found: { collected: blobs.length, problems, data }, dataDir: registry.dataDir }
}

test('a registry with rows, blobs and trees in memory answers each read as one on the disk does, all its life long', async (t) => {
  const key = issueKey()
  const releases = await releasesOf(key)
  const inMemory = { metadata: openMemoryMetadata(), blobs: openMemoryBlobs(), trees: openMemoryTrees() }
  const memory = await liveThrough(t, { key, ...inMemory }, releases)
  const disk = await liveThrough(t, { key }, releases)

  for (const [step, seen] of Object.entries(disk.steps))
    for (const [asked, answer] of Object.entries(seen))
      assert.deepEqual(memory.steps[step]?.[asked], answer, `${asked} ${step}`)
  assert.deepEqual(memory.found, disk.found)
  assert.deepEqual([memory.found.collected, memory.found.problems, memory.found.data.problems], [2, 0, []])

  const statusOf = (step: string, address: string) => (wish: string) => memory.steps[step]?.[`${address} ${wish}`]?.[0]
  const artifact = '/repos/core/hello/1.1.0/hello_1.1.0_linux_amd64'
  assert.deepEqual(
    Object.keys(WISHES).map((wish) => statusOf('once all was published', artifact)(`${wish}, by nobody`)),
    [200, 206, 200, 304, 412, 200, 206, 416],
  )
  const whole = memory.steps['once all was published']?.[`${artifact} whole, by nobody`]
  assert.ok(whole?.[2] === LARGE.toString('latin1'))
  for (const [step, address, byNobody, byOwner] of [
    ['once all was published', '/repos/secret/hello.json', 401, 200],
    ['once all was published', '/repos/core/hello/2.0.0/release.sigstore.json', 200, 200],
    ['once some was withdrawn', '/repos/core/hello/1.0.0/release.sigstore.json', 200, 200],
    ['once some was withdrawn', '/repos/core/hello/2.0.0/release.sigstore.json', 451, 451],
    ['once repos changed sides and garbage was collected', '/repos/secret/hello.json', 200, 200],
    ['once repos changed sides and garbage was collected', artifact, 401, 200],
    ['by the next one', artifact, 401, 200],
    ['by the next one', '/repos/absent.json', 401, 404],
  ] as const) {
    const status = statusOf(step, address)
    assert.deepEqual([status('whole, by nobody'), status('whole, by owner')], [byNobody, byOwner], `${address} ${step}`)
  }
  assert.deepEqual(readdirSync(memory.dataDir).sort(), ['audit-head.json', 'serve.lock', 'uploads'])
})
