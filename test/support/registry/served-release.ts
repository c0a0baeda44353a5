// What a registry serves of one version, proven as a client proves it: signature, statement, and every byte by its digest
// under both of its addresses.
import assert from 'node:assert/strict'
import type { DocumentVersion, PluginDocument } from '../../../schemas/plugin-document.ts'
import { parsePluginDocument } from '../../../schemas/plugin-document.ts'
import type { TrustKey } from '../../../schemas/trust-key.ts'
import { artifactPath, BUNDLE_FILE, blobPath, pluginDocumentPath, releaseFolder } from '../../../static-tree/paths.ts'
import { createDigestGate } from '../../../trust/artifact/digest-gate.ts'
import type { ReleaseIdentity } from '../../../trust/release/verify-release.ts'
import { verifyRelease } from '../../../trust/release/verify-release.ts'

/** Undefined when the registry has no such plugin. */
export async function readServedPlugin(
  url: string,
  { repo, plugin }: Pick<ReleaseIdentity, 'repo' | 'plugin'>,
): Promise<PluginDocument | undefined> {
  const path = pluginDocumentPath(repo, plugin, 'json')
  const answer = await fetch(`${url}/${path}`)
  const text = await answer.text()
  if (answer.status === 404) return undefined
  assert.equal(answer.status, 200, `${path}: ${text}`)
  return parsePluginDocument(text, path)
}

/** Fails unless everything that the document says of the version is served and proven. */
export async function proveServed(
  url: string,
  key: TrustKey,
  { release, shown }: { readonly release: ReleaseIdentity; readonly shown: DocumentVersion },
): Promise<void> {
  const { repo, plugin, version } = release
  const source = `${releaseFolder(repo, plugin, version)}/${BUNDLE_FILE}`
  const bundle = await bytesAt(url, source)
  const claim = { bundle: bundle.toString(), keyring: [key], expected: release, at: Date.now(), source }
  const { predicate, bundleDigest } = verifyRelease(claim)
  assert.equal(bundleDigest, shown.bundle.digest)
  assert.deepEqual(Object.keys(shown.platforms).sort(), Object.keys(predicate.platforms).sort())
  for (const [platform, artifact] of Object.entries(predicate.platforms)) {
    assert.equal(shown.platforms[platform as keyof typeof shown.platforms]?.digest, artifact.digest)
    for (const path of [artifactPath(repo, plugin, version, artifact.file), blobPath(artifact.digest)]) {
      const gate = createDigestGate(artifact, path)
      gate.update(await bytesAt(url, path))
      gate.finish()
    }
  }
}

/** Fails if anything of a version that was never published can be had. */
export async function proveAbsent(url: string, { repo, plugin, version }: ReleaseIdentity): Promise<void> {
  const path = `${releaseFolder(repo, plugin, version)}/${BUNDLE_FILE}`
  const answer = await fetch(`${url}/${path}`)
  await answer.body?.cancel()
  assert.equal(answer.status, 404, path)
}

async function bytesAt(url: string, path: string): Promise<Buffer> {
  const answer = await fetch(`${url}/${path}`)
  const bytes = Buffer.from(await answer.arrayBuffer())
  assert.equal(answer.status, 200, `${path}: ${bytes.toString('latin1').slice(0, 300)}`)
  return bytes
}

/** Fails unless every version that the plugin's document shows is served and proven. Gives the document. */
export async function proveAllShown(
  url: string,
  key: TrustKey,
  plugin: Pick<ReleaseIdentity, 'repo' | 'plugin'>,
): Promise<PluginDocument | undefined> {
  const document = await readServedPlugin(url, plugin)
  for (const shown of document?.versions ?? []) {
    const release = { repo: plugin.repo, plugin: plugin.plugin, version: shown.version }
    await proveServed(url, key, { release, shown })
  }
  return document
}
