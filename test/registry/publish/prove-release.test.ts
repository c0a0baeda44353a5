// What was announced, what was signed and what lies on the disk are one and the same, or nothing is published.
import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { addRepoKey, revokeKey } from '../../../registry/admin/repos.ts'
import { blobsPath } from '../../../registry/data-dir/paths.ts'
import { proveRelease } from '../../../registry/publish/prove-release.ts'
import { requireSession } from '../../../registry/publish/session-answer.ts'
import type { OpenSessionRequest } from '../../../schemas/api.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { SigningKey } from '../../support/builders/test-authority.ts'
import { aRelease, aScript, issueKey, signStatement } from '../../support/builders/test-authority.ts'
import { openSession, parseSession, uploadAll } from '../../support/publisher/publish-release.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

/** A release for two platforms that is uploaded, and what proves it as if `request` had been announced. */
async function aScene(t: TestContext, signer?: SigningKey) {
  const registry = await startTestRegistry(t)
  const key = signer ?? registry.key
  const platforms = { linux_amd64: aScript('amd64'), linux_arm64: aScript('arm64') }
  const release = await aRelease(key, { platforms })
  const opened = parseSession(await openSession(registry, release))
  await uploadAll(registry, opened, release)
  const { services } = registry.serving.registry
  const session = await requireSession(services.metadata.publishing, opened.id, Date.now())
  const prove = (request: OpenSessionRequest = session.request) =>
    proveRelease(services, { session: { ...session, request }, owner: 'tok', signal: new AbortController().signal })
  /** Puts other bytes where the bundle lies. */
  const replaceBundle = async (bundle: string) => {
    const path = join(blobsPath(registry.dataDir), hexOf(release.bundleDigest))
    await chmod(path, 0o600)
    await writeFile(path, bundle)
    return prove({ ...session.request, bundle: { digest: release.bundleDigest, size: Buffer.byteLength(bundle) } })
  }
  const admitNobody = () => databaseOf(services).$client.exec('DROP TRIGGER repo_keys_are_kept; DELETE FROM repo_keys')
  const admitRevoked = async () => {
    await addRepoKey(services, session.repo, key.trustKey)
    await revokeKey(services, session.repo, key.trustKey.id)
  }
  return { key, release, request: session.request, prove, replaceBundle, admitNobody, admitRevoked }
}

type Announced = OpenSessionRequest['artifacts'][number]

const DIFFERENCES: Readonly<Record<string, (artifacts: readonly Announced[]) => readonly Partial<Announced>[]>> = {
  'another file name': ([first, ...rest]) => [{ ...first, file: 'hello_other' }, ...rest],
  'another digest': ([first, ...rest]) => [{ ...first, digest: digestOf('other') }, ...rest],
  'another size': ([first, ...rest]) => [{ ...first, size: 1 }, ...rest],
  'another platform': ([first, ...rest]) => [{ ...first, platform: 'linux_riscv64' as Platform }, ...rest],
  'one platform less': ([_first, ...rest]) => rest,
  'one platform more': (all) => [...all, { ...all[0], platform: 'linux_riscv64' as Platform }],
}

test('an announcement that differs from the signed statement is no proof', async (t) => {
  const { request, prove } = await aScene(t)
  assert.deepEqual(Object.keys((await prove()).predicate.platforms).sort(), ['linux_amd64', 'linux_arm64'])
  for (const [what, change] of Object.entries(DIFFERENCES))
    await t.test(what, async () => {
      const artifacts = change(request.artifacts) as Announced[]
      const { message } = await expectCodeAsync('STATEMENT_MISMATCH', () => prove({ ...request, artifacts }))
      assert.match(message, /^the signed statement and the announced artifacts differ for `linux_(amd64|riscv64)`$/)
    })
})

test('a good bundle in the place of the announced one is no proof, even when it says the same', async (t) => {
  const { key, release, replaceBundle } = await aScene(t)
  const other = await signStatement(release.statement, key)
  const { message } = await expectCodeAsync('BUNDLE_MALFORMED', () => replaceBundle(other))
  assert.match(message, /^the bundle is another one than announced/)
})

test('a bundle that the disk gives otherwise is refused as long as it does', async (t) => {
  const { release, replaceBundle } = await aScene(t)
  await expectCodeAsync('BUNDLE_MALFORMED', () => replaceBundle(release.bundle.replace('{', '[')))
  assert.equal((await replaceBundle(release.bundle)).bundleDigest, release.bundleDigest)
})

test('a signer whom the repo does not admit is told who admits one, and a broken bundle gets no such advice', async (t) => {
  const unknown = await aScene(t, issueKey())
  const { hint, message } = await expectCodeAsync('SIGNER_NOT_ALLOWED', () => unknown.prove())
  assert.match(String(hint), /`octo registry repo key add core FILE --data DIR`/)
  assert.doesNotMatch(message, /repo key add/)
  await unknown.admitRevoked()
  const revoked = await expectCodeAsync('SIGNER_NOT_ALLOWED', () => unknown.prove())
  assert.match(String(revoked.hint), /^sign with another key: `octo keygen`/)
  assert.doesNotMatch(String(revoked.hint), /admit this one/)
  const known = await aScene(t)
  const broken = await expectCodeAsync('BUNDLE_MALFORMED', () => known.replaceBundle('{}'))
  assert.doesNotMatch(String(broken.hint), /repo key add/)
  known.admitNobody()
  const nobody = await expectCodeAsync('KEYRING_EMPTY', () => known.prove())
  assert.match(nobody.message, /^repo `core` admits no key yet, so nothing can be published in it$/)
})
