// After publishing: does the registry now serve exactly what was signed here? Asked with the clients' own proof, of the
// same addresses that clients use.
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import type { PluginDocument } from '../../schemas/plugin-document.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact, ReleasePredicate } from '../../schemas/release-statement.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import type { Version } from '../../schemas/version.ts'
import { compareVersions, isPrerelease } from '../../schemas/version.ts'
import { artifactPath, BUNDLE_FILE } from '../../static-tree/paths.ts'
import { isSuccess } from '../../system/http/call-refusal.ts'
import type { Connection } from '../../system/http/connection.ts'
import { readReprDigest } from '../../system/http/repr-digest.ts'
import { sendPatiently } from '../../system/http/retry-budget.ts'
import { verifyRelease } from '../../trust/release/verify-release.ts'
import { publishRefusalOf } from './call-refusal.ts'
import { differences, fetchBundle, findPublished } from './published-version.ts'

type Expected = {
  readonly predicate: ReleasePredicate
  readonly key: TrustKey
}

type Proven = {
  /** Of the plugin document. */
  readonly serial: number
  /** What is chosen where no version is asked for. */
  readonly isNewest: boolean
}

/** Throws VERSION_NOT_FOUND, DIGEST_MISMATCH, SIZE_MISMATCH or what verifyRelease throws. */
export async function verifyPublished(connection: Connection, expected: Expected): Promise<Proven> {
  const { predicate } = expected
  const [document, bundle] = await Promise.all([
    verifyDocument(connection, predicate),
    verifyBundle(connection, expected),
    ...Object.values(predicate.platforms).map((artifact) => verifyArtifact(connection, predicate, artifact)),
  ])
  if (document.bundle !== bundle) throw otherBytes(BUNDLE_FILE, document.bundle, bundle)
  return document
}

async function verifyDocument(connection: Connection, predicate: ReleasePredicate) {
  const shown = await findPublished(connection, predicate, predicate.version)
  if (!shown)
    throw coded('VERSION_NOT_FOUND', {
      message: `the registry took \`${predicate.plugin}@${predicate.version}\` and does not show it`,
      hint: '`octo publish` checks it once more when it is run again; if it stays, the registry’s log says why',
    })
  const different = differences(predicate, shown.version)
  if (different.length === 0) {
    const { document, version } = shown
    return { serial: document.serial, isNewest: isNewest(document, version.version), bundle: version.bundle.digest }
  }
  throw coded('DIGEST_MISMATCH', {
    message: `the registry shows \`${predicate.plugin}@${predicate.version}\` with other bytes than were published`,
    details: { different },
  })
}

function isNewest({ versions }: PluginDocument, version: Version): boolean {
  const offered = versions.filter((each) => each.state === 'active' && !isPrerelease(each.version))
  return !isPrerelease(version) && offered.every((each) => compareVersions(each.version, version) <= 0)
}

/** The bundle may be of another job that published the same release: what counts is its key and that it says the same. */
async function verifyBundle(connection: Connection, { predicate, key }: Expected): Promise<Digest> {
  const bundle = await fetchBundle(connection, predicate)
  const source = `${predicate.plugin}@${predicate.version} as served`
  const release = verifyRelease({ bundle, keyring: [key], expected: predicate, at: Date.now(), source })
  if (stableJson(release.predicate) === stableJson(predicate)) return release.bundleDigest
  throw coded('STATEMENT_MISMATCH', {
    message: `${quote(source)} carries a statement that says something else than was signed here`,
  })
}

async function verifyArtifact(connection: Connection, release: ReleasePredicate, artifact: ReleaseArtifact) {
  const path = artifactPath(release.repo, release.plugin, release.version, artifact.file)
  const reply = await sendPatiently(connection, { method: 'HEAD', path })
  if (!isSuccess(reply)) throw publishRefusalOf(reply, `HEAD ${path}`)
  // Proxies that compress on the way leave the length out; the digest says it all.
  const length = reply.headers['content-length']
  if (length !== undefined && Number(length) !== artifact.size)
    throw coded('SIZE_MISMATCH', {
      message: `${quote(artifact.file)} is served with another size, expected ${artifact.size}, found ${quote(length)}`,
    })
  const found = readReprDigest(reply.headers['repr-digest']) ?? (await digestBeside(connection, path))
  if (found !== artifact.digest) throw otherBytes(artifact.file, artifact.digest, found)
}

/** The checksum file that lies beside every artifact, for servers that send no digest. */
async function digestBeside(connection: Connection, path: string): Promise<Digest> {
  const reply = await sendPatiently(connection, { method: 'GET', path: `${path}.sha256`, maxBytes: 4096 })
  if (!isSuccess(reply)) throw publishRefusalOf(reply, `GET ${path}.sha256`)
  return digestFromHex(reply.text.trim().split(/\s+/, 1)[0] ?? '')
}

function otherBytes(name: string, expected: Digest, found: Digest): Error {
  return coded('DIGEST_MISMATCH', {
    message: `${quote(name)} is served with other bytes, expected \`${expected}\`, found \`${found}\``,
    details: { expected, found },
  })
}
