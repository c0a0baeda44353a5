// Reads a static tree back into the records it was rendered from. The bundles are proven again: what a new document will
// say about an old release comes from its signed statement, not from the old document.
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { isName } from '../../schemas/name.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import type { DocumentVersion } from '../../schemas/plugin-document.ts'
import { parsePluginDocument } from '../../schemas/plugin-document.ts'
import { withPage } from '../../schemas/plugin-pages.ts'
import { quote } from '../../schemas/quote.ts'
import { decodeText } from '../../schemas/text.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { BUNDLE_FILE, pluginDocumentPath, pluginPagePath, releaseFolder } from '../../static-tree/paths.ts'
import type { PluginRecord, ReleaseRecord } from '../../static-tree/record.ts'
import type { TreeReader } from '../../static-tree/write/store.ts'
import { verifyRelease } from '../../trust/release/verify-release.ts'
import { requireListed } from './require-listed.ts'

/** Every plugin of the tree; none when the folder does not exist yet. Throws DOCUMENT_MISMATCH for a tree that lacks a part. */
export async function readTree(tree: TreeReader, keyring: readonly TrustKey[]): Promise<PluginRecord[]> {
  const records: PluginRecord[] = []
  for (const repo of await namesIn(tree, 'repos'))
    for (const plugin of await namesIn(tree, `repos/${repo}`))
      records.push(await readPlugin(tree, { repo, plugin, keyring }))
  await requireListed(tree, records)
  return records
}

type Place = { readonly repo: Name; readonly plugin: Name; readonly keyring: readonly TrustKey[] }

async function readPlugin(tree: TreeReader, place: Place): Promise<PluginRecord> {
  const documentPath = pluginDocumentPath(place.repo, place.plugin, 'json')
  const path = tree.nameOf(documentPath)
  const document = parsePluginDocument(decodeText(await tree.read(documentPath), path), path)
  if (document.repo !== place.repo || document.plugin !== place.plugin)
    throw coded('DOCUMENT_MISMATCH', { message: `${quote(path)} is about \`${document.repo}/${document.plugin}\`` })
  let whole = document
  for (const page of document.pages ?? []) {
    const pagePath = pluginPagePath(place.repo, place.plugin, page.page)
    const file = tree.nameOf(pagePath)
    const bytes = await tree.read(pagePath).catch((cause: unknown) => {
      throw coded('DOCUMENT_MISMATCH', {
        message: `${quote(file)} cannot be read, though ${quote(path)} names it`,
        hint: 'bring back the whole tree of the last build: released versions are kept for ever',
        cause,
      })
    })
    whole = withPage(whole, page, decodeText(bytes, file), file)
  }
  const releases: ReleaseRecord[] = []
  for (const version of whole.versions) releases.push(await readRelease(tree, place, version))
  return { repo: place.repo, plugin: place.plugin, serial: document.serial, releases }
}

async function readRelease(tree: TreeReader, { repo, plugin, keyring }: Place, shown: DocumentVersion) {
  const { version, publishedAt, state, reason, deprecated, bundle } = shown
  const bundlePath = `${releaseFolder(repo, plugin, version)}/${BUNDLE_FILE}`
  const path = tree.nameOf(bundlePath)
  const bytes = await tree.read(bundlePath).catch((error: unknown) => {
    throw coded('BUNDLE_MISSING', {
      message: `the tree lists \`${repo}/${plugin}@${version}\` and lacks ${quote(path)}`,
      hint: 'bring back the whole tree of the last build: released versions are kept for ever',
      cause: error,
    })
  })
  const expected = { repo, plugin, version }
  const { predicate, bundleDigest } = verifyRelease({
    bundle: decodeText(bytes, path),
    keyring,
    expected,
    at: { now: Date.now(), earlier: 'accepted' },
    source: path,
  })
  if (bundleDigest !== bundle.digest)
    throw coded('DIGEST_MISMATCH', {
      message: `${quote(path)} is not the one that the tree lists, expected \`${bundle.digest}\`, found \`${bundleDigest}\``,
    })
  const notes = omitUndefined({ reason, deprecated })
  return { version, publishedAt, state, ...notes, bundle, predicate } satisfies ReleaseRecord
}

/** Of what the folder holds a document. */
async function namesIn(tree: TreeReader, folder: string): Promise<Name[]> {
  const files = (await tree.list(folder)).map(({ name }) => name).filter((file) => file.endsWith('.json'))
  const names = files.map((file) => file.slice(0, -'.json'.length))
  return names.filter(isName).sort()
}
