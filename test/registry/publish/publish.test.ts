import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readPluginRecord } from '../../../registry/db/sqlite/records.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import { parsePluginDocument } from '../../../schemas/plugin-document.ts'
import { renderReleaseStatement } from '../../../schemas/release-statement.ts'
import { tarballOf } from '../../support/builders/archive-builder.ts'
import { anElf } from '../../support/builders/plugin-project.ts'
import type { ReleaseRecipe, SignedRelease } from '../../support/builders/test-authority.ts'
import { aRelease, aScript, issueKey, signStatement } from '../../support/builders/test-authority.ts'
import {
  announce,
  callApi,
  openSession,
  parseSession,
  publishRelease,
  uploadAll,
} from '../../support/publisher/publish-release.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const versionsOf = ({ serving }: TestRegistry, plugin = 'hello') =>
  readPluginRecord(databaseOf(serving.registry.services), 'core' as Name, plugin as Name)?.releases.map(
    ({ version }) => version,
  ) ?? []

test('a published release is sealed, visible and whole', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const { status, body } = await publishRelease(registry, release)
  assert.equal(status, 201)
  assert.deepEqual([body.version, body.serial, body.document], ['1.0.0', 1, 'repos/core/hello.json'])
  const document = await fetch(`${registry.url}/repos/core/hello.json`).then((answer) => answer.text())
  assert.deepEqual(
    parsePluginDocument(document, 'document').versions.map(({ version }) => version),
    ['1.0.0'],
  )
  for (const [file, bytes] of release.files) {
    const answer = await fetch(`${registry.url}/repos/core/hello/1.0.0/${file}`)
    assert.equal(digestOf(Buffer.from(await answer.arrayBuffer())), digestOf(bytes))
  }
  assert.deepEqual(await readdir(join(registry.dataDir, 'uploads')), [])
})

test('publishing the same release again changes nothing and answers as before', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const first = await publishRelease(registry, release)
  const second = await publishRelease(registry, release)
  assert.equal(second.status, 200)
  assert.deepEqual(second.body, first.body)
  const opened = await openSession(registry, release)
  assert.deepEqual([opened.status, opened.body.state, opened.body.uploads], [200, 'published', []])
})

test('the same release signed anew is the same release', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  await publishRelease(registry, release)
  const bundle = await signStatement(release.statement, registry.key)
  assert.notEqual(bundle, release.bundle)
  const again = await publishRelease(registry, { ...release, bundle })
  assert.deepEqual([again.status, again.body.serial], [200, 1])
})

test('a version never changes: other bytes or another manifest under its name are refused', async (t) => {
  const registry = await startTestRegistry(t)
  await publishRelease(registry, await aRelease(registry.key))
  const otherBytes = await publishRelease(
    registry,
    await aRelease(registry.key, { platforms: { linux_amd64: aScript('other') } }),
  )
  assert.deepEqual([otherBytes.status, otherBytes.body.code], [409, 'VERSION_EXISTS'])
  const otherManifest = await publishRelease(
    registry,
    await aRelease(registry.key, { manifest: { description: 'other' } }),
  )
  assert.deepEqual([otherManifest.status, otherManifest.body.code], [409, 'VERSION_EXISTS'])
})

test('a plugin name that differs from another only in `-` is refused', async (t) => {
  const registry = await startTestRegistry(t)
  await publishRelease(registry, await aRelease(registry.key, { plugin: 'check-tcp' }))
  const confusing = await publishRelease(registry, await aRelease(registry.key, { plugin: 'checktcp' }))
  assert.deepEqual([confusing.status, confusing.body.code], [409, 'PLUGIN_NAME_TAKEN'])
})

test('nothing is published in a repo that admits no key, and the next command is named', async (t) => {
  const registry = await startTestRegistry(t)
  await registry.createRepo('empty', [])
  const { body } = await publishRelease(registry, await aRelease(registry.key, { repo: 'empty' }))
  assert.equal(body.code, 'KEYRING_EMPTY')
  assert.match(String(body.hint), /repo key add empty/)
})

type Broken = { readonly code: string; readonly release: (registry: TestRegistry) => Promise<SignedRelease> }
const recipe = (changes: ReleaseRecipe) => (registry: TestRegistry) => aRelease(registry.key, changes)
const archive = (parts: Parameters<typeof tarballOf>[0], executable = 'bin/hello') =>
  recipe({
    platforms: { linux_amd64: { bytes: tarballOf(parts), format: 'tar.gz', file: 'hello.tar.gz', executable } },
  })

const BROKEN: Readonly<Record<string, Broken>> = {
  'signed by a key that the repo does not admit': { code: 'SIGNER_NOT_ALLOWED', release: () => aRelease(issueKey()) },
  'with the bundle of another version': {
    code: 'STATEMENT_MISMATCH',
    async release({ key }) {
      const other = await aRelease(key, { version: '1.0.1' })
      return { ...(await aRelease(key)), bundle: other.bundle }
    },
  },
  'with the bundle of another plugin': {
    code: 'STATEMENT_MISMATCH',
    async release({ key }) {
      const other = await aRelease(key, { plugin: 'other' })
      return { ...(await aRelease(key)), bundle: other.bundle }
    },
  },
  'with a platform that was not signed': {
    code: 'STATEMENT_MISMATCH',
    async release({ key }) {
      const signed = await aRelease(key, { platforms: { linux_amd64: aScript() } })
      return {
        ...(await aRelease(key, { platforms: { linux_amd64: aScript(), linux_arm64: aScript() } })),
        bundle: signed.bundle,
      }
    },
  },
  'without a platform that was signed': {
    code: 'STATEMENT_MISMATCH',
    async release({ key }) {
      const signed = await aRelease(key, { platforms: { linux_amd64: aScript(), linux_arm64: aScript() } })
      return { ...(await aRelease(key, { platforms: { linux_amd64: aScript() } })), bundle: signed.bundle }
    },
  },
  'whose bundle is no bundle': {
    code: 'BUNDLE_MALFORMED',
    release: async ({ key }) => ({ ...(await aRelease(key)), bundle: '<html>not found</html>' }),
  },
  'whose executable is built for another platform': {
    code: 'PLATFORM_MISMATCH',
    release: recipe({ platforms: { linux_arm64: anElf('amd64') } }),
  },
  'whose archive climbs out of its folder': {
    code: 'ARCHIVE_ENTRY_UNSAFE',
    release: archive([
      { path: 'bin/hello', content: aScript() },
      { path: '../evil', content: 'x' },
    ]),
  },
  'whose archive holds a link': {
    code: 'ARCHIVE_ENTRY_UNSAFE',
    release: archive([
      { path: 'bin/hello', content: aScript() },
      { path: 'l', type: 'SymbolicLink', linkpath: '/etc' },
    ]),
  },
  'whose archive is none': {
    code: 'ARCHIVE_MALFORMED',
    release: recipe({ platforms: { linux_amd64: { bytes: Buffer.from('zip'), format: 'tar.gz', file: 'h.tar.gz' } } }),
  },
  'whose archive lacks the executable': {
    code: 'STATEMENT_MISMATCH',
    release: archive([{ path: 'readme', content: 'x' }]),
  },
}

test('what is broken is refused and leaves nothing, and its valid twin is published', async (t) => {
  const registry = await startTestRegistry(t)
  for (const [title, { code, release }] of Object.entries(BROKEN))
    await t.test(`a release ${title} is refused`, async () => {
      const refused = await publishRelease(registry, await release(registry))
      assert.equal(refused.body.code, code, JSON.stringify(refused.body))
      assert.deepEqual(versionsOf(registry), [])
      assert.equal(existsSync(join(registry.dataDir, 'tree/repos/core/hello')), false)
    })
  const twin = await publishRelease(registry, await aRelease(registry.key))
  assert.equal(twin.status, 201)
})

test('a good archive is published after its inspection', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await archive([{ path: 'bin/hello', content: aScript(), mode: 0o755 }])(registry)
  assert.equal((await publishRelease(registry, release)).status, 201)
})

test('a session is published only when all its blobs are there, and says which are missing', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const session = parseSession(await openSession(registry, release))
  const early = await callApi(registry, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })
  assert.deepEqual([early.status, early.body.code], [409, 'SESSION_INCOMPLETE'])
  await uploadAll(registry, session, release)
  const [first, second] = await Promise.all(
    [1, 2].map(() => callApi(registry, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })),
  )
  assert.deepEqual([first?.status, second?.status].sort(), [200, 201])
})

test('blobs that are there already are not asked for again', async (t) => {
  const registry = await startTestRegistry(t)
  const bytes = aScript('shared')
  await publishRelease(registry, await aRelease(registry.key, { platforms: { linux_amd64: bytes } }))
  const next = await aRelease(registry.key, { version: '1.1.0', platforms: { linux_amd64: bytes } })
  const session = parseSession(await openSession(registry, next))
  assert.equal(session.uploads.find(({ digest }) => digest === digestOf(bytes))?.offset, bytes.length)
})

test('bytes of another release cannot be announced with another size', async (t) => {
  const registry = await startTestRegistry(t)
  const bytes = aScript('shared')
  await publishRelease(registry, await aRelease(registry.key, { platforms: { linux_amd64: bytes } }))
  const next = await aRelease(registry.key, { version: '1.1.0', platforms: { linux_amd64: bytes } })
  const [entry] = Object.entries(next.predicate.platforms)
  assert.ok(entry)
  const predicate = { ...next.predicate, platforms: { [entry[0]]: { ...entry[1], size: bytes.length - 1 } } }
  const bundle = await signStatement(renderReleaseStatement(predicate), registry.key)
  const refused = await publishRelease(registry, { ...next, predicate, bundle })
  assert.equal(refused.body.code, 'SIZE_MISMATCH')
  assert.deepEqual(versionsOf(registry), ['1.0.0'])
  assert.equal((await publishRelease(registry, next)).status, 201)
})

test('a bundle that is not plain UTF-8 is refused, as clients would read other bytes', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const keyid = /"keyid":"[^"]*"/
  const [before = '', after = ''] = release.bundle
    .replace(/"sig":/, '"keyid":"@","sig":')
    .replace(keyid, '"keyid":"@"')
    .split('@')
  const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)])
  const bundle = { digest: digestOf(bytes), size: bytes.length }
  const opened = await openSession(registry, release, { json: { ...announce(release), bundle } })
  const session = parseSession(opened)
  await uploadAll(registry, session, { ...release, bundle: bytes as unknown as string })
  const refused = await callApi(registry, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })
  assert.equal(refused.body.code, 'BUNDLE_MALFORMED')
  assert.match(String(refused.body.detail), /the bundle is not UTF-8/)
  assert.deepEqual(versionsOf(registry), [])
})

test('an announcement that contradicts itself or breaks a limit is refused before any upload', async (t) => {
  const registry = await startTestRegistry(t, { limits: { artifactBytes: 1000, releaseBytes: 3000, openSessions: 1 } })
  const release = await aRelease(registry.key, { platforms: { linux_amd64: aScript(), linux_arm64: aScript('arm') } })
  const good = announce(release)
  const [first, second] = good.artifacts
  assert.ok(first && second)
  const open = async (json: unknown) => (await openSession(registry, release, { json })).body.code
  assert.equal(await open({ ...good, artifacts: [first, { ...second, platform: first.platform }] }), 'FORMAT_INVALID')
  assert.equal(
    await open({ ...good, artifacts: [first, { ...second, file: first.file.toUpperCase() }] }),
    'FORMAT_INVALID',
  )
  assert.equal(await open({ ...good, artifacts: [{ ...first, file: 'release.sigstore.json' }] }), 'FORMAT_INVALID')
  assert.equal(await open({ ...good, artifacts: [{ ...first, file: 'a.sha256' }] }), 'FORMAT_INVALID')
  assert.equal(
    await open({ ...good, artifacts: [first, { ...second, digest: first.digest, size: 1 }] }),
    'FORMAT_INVALID',
  )
  assert.equal(await open({ ...good, artifacts: [{ ...first, size: 1001 }] }), 'LIMIT_EXCEEDED')
  assert.equal(await open({ ...good, extra: 1 }), 'FORMAT_INVALID')
  assert.equal(await open({ ...good, version: 'v1.0.0' }), 'FORMAT_INVALID')
  assert.equal(await open({ ...good, version: '1.0.0+build' }), 'FORMAT_INVALID')
  assert.equal(await open(good), undefined)
  assert.equal(await open(good), 'RATE_LIMITED')
})

test('an Idempotency-Key gives the same session again, and is not taken for another request', async (t) => {
  const registry = await startTestRegistry(t)
  const headers = { 'Idempotency-Key': 'run-17' }
  const release = await aRelease(registry.key)
  const [first, second] = await Promise.all([1, 2].map(() => openSession(registry, release, { headers })))
  assert.equal(first?.body.id, second?.body.id)
  const other = await openSession(registry, await aRelease(registry.key, { version: '2.0.0' }), { headers })
  assert.deepEqual([other.status, other.body.code], [422, 'IDEMPOTENCY_KEY_REUSED'])
  await callApi(registry, `/api/v1/publishes/${first?.body.id}`, { method: 'DELETE' })
  const renewed = await openSession(registry, release, { headers })
  assert.notEqual(renewed.body.id, first?.body.id)
})

test('a key signs nothing more once it is revoked, and what it signed before stays', async (t) => {
  const registry = await startTestRegistry(t)
  const { services } = registry.serving.registry
  const { revokeKey } = await import('../../../registry/admin/repos.ts')
  const first = await aRelease(registry.key)
  assert.equal((await publishRelease(registry, first)).status, 201)
  await revokeKey(services, 'core' as Name, registry.key.trustKey.id)
  const refused = await publishRelease(registry, await aRelease(registry.key, { version: '1.0.1' }))
  assert.equal(refused.body.code, 'SIGNER_NOT_ALLOWED')
  assert.deepEqual(versionsOf(registry), ['1.0.0'])
})
