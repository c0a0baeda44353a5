// What a registry already shows of a version, and whether it is what was built here.

import { differingPlatforms, showDifference } from '../../schemas/compare-release.ts'
import { coded, isCoded, withHint } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { DocumentVersion, PluginDocument } from '../../schemas/plugin-document.ts'
import { parsePluginDocument } from '../../schemas/plugin-document.ts'
import { pageListing, withPage } from '../../schemas/plugin-pages.ts'
import { printable, quote, shellWord } from '../../schemas/quote.ts'
import type { ReleasePredicate } from '../../schemas/release-statement.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { isVersion } from '../../schemas/version.ts'
import { BUNDLE_FILE, pluginDocumentPath, pluginPagePath, releaseFolder } from '../../static-tree/paths.ts'
import { isSuccess } from '../../system/http/call-refusal.ts'
import type { Connection, HttpReply } from '../../system/http/connection.ts'
import { sendPatiently } from '../../system/http/retry-budget.ts'
import type { ReleaseClaim, VerifiedRelease } from '../../trust/release/verify-release.ts'
import { verifyRelease } from '../../trust/release/verify-release.ts'
import { registryName } from '../account/registry-url.ts'
import { publishRefusalOf } from './call-refusal.ts'

type Plugin = Pick<ReleasePredicate, 'repo' | 'plugin'>
export type Shown = { readonly document: PluginDocument; readonly version: DocumentVersion }

/** The version as the plugin document shows it, or nothing when it does not exist. */
export async function findPublished(
  connection: Connection,
  plugin: Plugin,
  version: string,
): Promise<Shown | undefined> {
  const path = pluginDocumentPath(plugin.repo, plugin.plugin, 'json')
  const reply = await getFresh(connection, path, LIMITS.pluginDocumentBytes)
  if (reply.status === 404) return undefined
  if (!isSuccess(reply)) throw refusalOf(connection, reply, path)
  const document = parsePluginDocument(reply.text, path)
  if (document.repo !== plugin.repo || document.plugin !== plugin.plugin)
    throw coded('DOCUMENT_MISMATCH', {
      message: `${quote(path)} is about \`${document.repo}/${document.plugin}\`, expected \`${plugin.repo}/${plugin.plugin}\``,
    })
  const listing = await withPageOf(connection, document, version)
  const found = listing.versions.find((entry) => entry.version === version)
  return found && { document, version: found }
}

/** A private repo is there only for those who may read it, and the registry does not know what its address is for them. */
function refusalOf({ base }: Connection, reply: HttpReply, path: string): Error {
  const refusal = publishRefusalOf(reply, `GET ${path}`)
  if (!isCoded(refusal, 'UNAUTHENTICATED')) return refusal
  const login = `octo login --registry ${shellWord(registryName(base))} --token-file FILE`
  return withHint(refusal, `\`${login}\` keeps a token for it, which its owner makes; CI sets OCTO_TOKEN`)
}

/** Old versions of a plugin with very many stand on pages. */
async function withPageOf(connection: Connection, document: PluginDocument, version: string): Promise<PluginDocument> {
  const page = isVersion(version) ? pageListing(document, version) : undefined
  if (!page) return document
  const path = pluginPagePath(document.repo, document.plugin, page.page)
  const reply = await getFresh(connection, path, page.size)
  if (!isSuccess(reply)) throw publishRefusalOf(reply, `GET ${path}`)
  return withPage(document, page, reply.text, path)
}

/** What was published, when its statement is the built one; throws VERSION_EXISTS, also for another signer, or VERSION_QUARANTINED otherwise. */
export async function requireSameRelease(
  connection: Connection,
  shown: DocumentVersion,
  release: { readonly predicate: ReleasePredicate; readonly key: TrustKey },
): Promise<{ readonly bundle: string; readonly release: VerifiedRelease }> {
  const { predicate, key } = release
  const different = differences(predicate, shown)
  if (different.length > 0) throw conflict(predicate, different)
  if (shown.state === 'quarantined') throw quarantined(predicate, shown.reason)
  const bundle = await fetchBundle(connection, predicate)
  const source = `${releaseFolder(predicate.repo, predicate.plugin, predicate.version)}/${BUNDLE_FILE}`
  const published = provenBy(key, { bundle, expected: predicate, source })
  if (stableJson(published.predicate) !== stableJson(predicate))
    throw conflict(predicate, ['plugin.yaml: expected what was published, found other words'])
  return { bundle, release: published }
}

type Published = Pick<ReleaseClaim, 'bundle' | 'source'> & { readonly expected: ReleasePredicate }

function provenBy(key: TrustKey, published: Published): VerifiedRelease {
  try {
    return verifyRelease({ ...published, keyring: [key], at: Date.now() })
  } catch (error) {
    if (!isCoded(error, 'SIGNER_NOT_ALLOWED')) throw error
    throw signedByAnother(published.expected, key, error)
  }
}

/** Text of the published release.sigstore.json. */
export async function fetchBundle(
  connection: Connection,
  { repo, plugin, version }: ReleasePredicate,
): Promise<string> {
  const path = `${releaseFolder(repo, plugin, version)}/${BUNDLE_FILE}`
  const reply = await getFresh(connection, path, LIMITS.bundleBytes)
  if (!isSuccess(reply)) throw publishRefusalOf(reply, `GET ${path}`)
  return reply.text
}

/** Past every cache: a document of a minute ago would not show what was just published. */
function getFresh(connection: Connection, path: string, maxBytes: number): Promise<HttpReply> {
  return sendPatiently(connection, { method: 'GET', path, maxBytes, headers: { 'cache-control': 'no-cache' } })
}

/** One line for each platform that is not the same here and there. */
export function differences(predicate: ReleasePredicate, shown: DocumentVersion): string[] {
  return differingPlatforms(shown.platforms, predicate.platforms).map(showDifference)
}

/** Its bytes are not served, so nothing can be said about them. */
function quarantined({ repo, plugin, version }: ReleasePredicate, reason = 'no reason given'): Error {
  return coded('VERSION_QUARANTINED', {
    message: `\`${repo}/${plugin}@${version}\` is published and blocked: ${printable(reason)}`,
    hint: 'publish a corrected version under a new number',
  })
}

function conflict({ repo, plugin, version }: ReleasePredicate, different: readonly string[]): Error {
  return coded('VERSION_EXISTS', {
    message: `\`${repo}/${plugin}@${version}\` is published already and is not what was built here`,
    details: { different },
    hint: 'versions never change: raise `version` in plugin.yaml and publish that',
  })
}

function signedByAnother({ repo, plugin, version }: ReleasePredicate, key: TrustKey, cause: Error): Error {
  return coded('VERSION_EXISTS', {
    message: `\`${repo}/${plugin}@${version}\` is published already, signed by another key than ${quote(key.id)}`,
    details: { key: key.id },
    hint: 'a version is signed once: raise `version` in plugin.yaml to publish one by this key',
    cause,
  })
}
