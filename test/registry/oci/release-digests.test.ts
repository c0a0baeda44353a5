import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { MetadataStore } from '../../../registry/db/store.ts'
import { renderRelease } from '../../../registry/oci/release-component.ts'
import { ReleaseDigests } from '../../../registry/oci/release-digests.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import { openMemoryMetadata } from '../../support/registry/memory-metadata/metadata.ts'
import { aReleaseKey, CORE, HELLO, seal, withRepo } from '../../support/registry/metadata-scene.ts'

const KEY = { repo: CORE, plugin: HELLO }
const NOBODY = digestOf('nobody')

/** A store that counts how often releases are read, to be rendered. */
async function aScene() {
  const store = await withRepo(openMemoryMetadata())
  let reads = 0
  const catalog: MetadataStore['catalog'] = {
    ...store.catalog,
    release: (key) => {
      reads++
      return store.catalog.release(key)
    },
  }
  const open = (domain = 'acme.org') => new ReleaseDigests({ catalog, ociDigests: store.ociDigests }, domain)
  const digestsOf = async (version: string, domain = 'acme.org'): Promise<Digest[]> => {
    const release = await store.catalog.release(aReleaseKey('hello', version))
    assert.ok(release)
    return Object.values(renderRelease(domain, release)).map(({ digest }) => digest)
  }
  return { store, open, digestsOf, reads: () => reads }
}

test('manifest, config and descriptor lead to their version, and each release is rendered once for that', async () => {
  const { store, open, digestsOf, reads } = await aScene()
  const versions = Array.from({ length: 45 }, (_, index) => `1.${index}.0`)
  for (const version of versions) await seal(store, { version })
  const digests = open()
  const asked = await Promise.all(versions.map((version) => digestsOf(version)))
  const found = await Promise.all(asked.flat().map((digest) => digests.find(KEY, digest)))
  assert.deepEqual(
    found,
    versions.flatMap((version) => [version, version, version]),
  )
  assert.equal(reads(), 45)
  assert.equal(await open().find(KEY, asked[7]?.[0] as Digest), '1.7.0')
  assert.equal(reads(), 45)
})

test('digests that nobody has cost nothing more once all are noted, until a version comes', async () => {
  const { store, open, digestsOf, reads } = await aScene()
  for (const version of ['1.0.0', '2.0.0']) await seal(store, { version })
  let looks = 0
  const unknown: MetadataStore['ociDigests']['unknown'] = (...question) => {
    looks++
    return store.ociDigests.unknown(...question)
  }
  const digests = new ReleaseDigests(
    { catalog: store.catalog, ociDigests: { ...store.ociDigests, unknown } },
    'acme.org',
  )
  for (let guess = 0; guess < 20; guess++) assert.equal(await digests.find(KEY, digestOf(`guess ${guess}`)), undefined)
  assert.equal(looks, 2)
  await seal(store, { version: '3.0.0' })
  const [manifest] = await digestsOf('3.0.0')
  assert.equal(await digests.find(KEY, manifest as Digest), '3.0.0')
  assert.equal(looks, 4)
  assert.equal(await open().find({ ...KEY, plugin: 'nobody' as Name }, NOBODY), undefined)
  assert.equal(reads(), 0)
})

test('what is published while digests are noted is found by whoever asks afterwards', async () => {
  const { store, digestsOf } = await aScene()
  await seal(store, { version: '1.0.0' })
  const held = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  let calls = 0
  const unknown: MetadataStore['ociDigests']['unknown'] = async (...question) => {
    const versions = await store.ociDigests.unknown(...question)
    calls++
    // The second look has found that nothing is left, and its answer is on its way.
    if (calls === 2) {
      reached.resolve()
      await held.promise
    }
    return versions
  }
  const digests = new ReleaseDigests(
    { catalog: store.catalog, ociDigests: { ...store.ociDigests, unknown } },
    'acme.org',
  )
  const first = digests.find(KEY, NOBODY)
  await reached.promise
  await seal(store, { version: '2.0.0' })
  const [manifest] = await digestsOf('2.0.0')
  const second = digests.find(KEY, manifest as Digest)
  // Far enough that it would wait for the work of the first, which has seen no second version.
  for (let turns = 0; turns < 20; turns++) await setImmediate()
  held.resolve()
  assert.deepEqual(await Promise.all([first, second]), [undefined, '2.0.0' as Version])
})

test('another domain has digests of its own, and those that were noted before stay', async () => {
  const { store, open, digestsOf } = await aScene()
  await seal(store)
  const [mine] = await digestsOf('1.0.0', 'acme.org')
  const [other] = await digestsOf('1.0.0', 'other.org')
  assert.equal(await open('acme.org').find(KEY, mine as Digest), '1.0.0')
  assert.equal(await open('acme.org').find(KEY, other as Digest), undefined)
  assert.equal(await open('other.org').find(KEY, other as Digest), '1.0.0')
})
