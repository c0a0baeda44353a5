// A plugin with pages looks the same from a registry and from `octo repo build`, and a publisher finds its old versions.
import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { findPublished } from '../../../publisher/publish/published-version.ts'
import { buildRepo } from '../../../publisher/static-repo/build-repo.ts'
import { parseBaseUrl } from '../../../static-tree/base-url.ts'
import { openConnection } from '../../../system/http/connection.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aName } from '../../support/builders/names.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { publishRelease } from '../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const NOW = Date.parse('2026-03-04T05:06:07.000Z')
const PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_arm64', 'darwin_amd64']
const DOCUMENT_BYTES = 2500
/** Enough for several pages, and published in an order that is not theirs. */
const VERSIONS = 8

test('octo repo build writes the pages that a registry writes, and a publisher finds what they list', async (t) => {
  const registry = await startTestRegistry(t, { clock: () => NOW, limits: { documentBytes: DOCUMENT_BYTES } })
  const folder = tempFolder(t)
  const root = join(folder, 'site')
  const base = parseBaseUrl(registry.url)
  const keyring = [registry.key.trustKey]
  for (let at = 0; at < VERSIONS; at++) {
    const release = await aRelease(registry.key, { version: `1.${(at * 5) % VERSIONS}.0` })
    assert.equal((await publishRelease(registry, release)).status, 201)
    const dist = join(folder, `dist-${at}`)
    await mkdir(dist)
    for (const [file, bytes] of release.files) await writeFile(join(dist, file), bytes)
    await writeFile(join(dist, 'release.sigstore.json'), release.bundle)
    const publishedAt = new Date(NOW).toISOString()
    await buildRepo({ root, base, keyring, dists: [dist], publishedAt, documentBytes: DOCUMENT_BYTES })
  }
  const documents = (tree: string) => filesBelow(tree).filter((path) => /^repos\/.*\.(?:json|yaml)$/.test(path))
  const theirs = join(registry.dataDir, 'tree')
  assert.ok(documents(root).filter((path) => path.includes('/_/')).length > 3)
  assert.deepEqual(documents(root), documents(theirs))
  for (const path of documents(root))
    assert.equal(await readFile(join(root, path), 'utf8'), await readFile(join(theirs, path), 'utf8'), path)
  using connection = openConnection(new URL(`${registry.url}/`))
  const plugin = { repo: aName('core'), plugin: aName('hello') }
  for (let at = 0; at < VERSIONS; at++) {
    const found = await findPublished(connection, plugin, `1.${at}.0`)
    assert.deepEqual(Object.keys(found?.version.platforms ?? {}).sort(), [...PLATFORMS].sort())
  }
  for (const absent of ['0.1.0', '1.1.1', '9.0.0', 'no version'])
    assert.equal(await findPublished(connection, plugin, absent), undefined, absent)
})

test('a page of the tree that was changed or lost stops a build', async (t) => {
  const registry = await startTestRegistry(t)
  const folder = tempFolder(t)
  const root = join(folder, 'site')
  const dists: string[] = []
  for (let at = 0; at < 6; at++) {
    const release = await aRelease(registry.key, { version: `1.${at}.0` })
    const dist = join(folder, `dist-${at}`)
    await mkdir(dist)
    for (const [file, bytes] of release.files) await writeFile(join(dist, file), bytes)
    await writeFile(join(dist, 'release.sigstore.json'), release.bundle)
    dists.push(dist)
  }
  const build = (chosen: readonly string[]) =>
    buildRepo({
      ...{ root, base: parseBaseUrl('https://host'), keyring: [registry.key.trustKey], dists: chosen },
      ...{ publishedAt: new Date(NOW).toISOString(), documentBytes: DOCUMENT_BYTES },
    })
  await build(dists)
  assert.equal((await build(dists)).unchanged.length, 6)
  const page = join(root, 'repos/core/hello/_/1.json')
  const text = await readFile(page, 'utf8')
  await writeFile(page, text.replace('active', 'yanked'))
  await expectCodeAsync('DOCUMENT_MISMATCH', () => build([]))
  await rm(page)
  await expectCodeAsync('DOCUMENT_MISMATCH', () => build([]))
})
