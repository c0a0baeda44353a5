// From a release's identity to its proof: the bundle from the store or the repo, and the verdict of trust/.

import type { RepoConfig } from '../../../config/model/config.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { LIMITS } from '../../../schemas/limits.ts'
import type { LockedPlugin } from '../../../schemas/lockfile.ts'
import type { Name } from '../../../schemas/name.ts'
import { quote } from '../../../schemas/quote.ts'
import type { ReleasePredicate } from '../../../schemas/release-statement.ts'
import { decodeText } from '../../../schemas/text.ts'
import type { Version } from '../../../schemas/version.ts'
import { writeWhole } from '../../../system/files/atomic-file.ts'
import { download } from '../../../system/http/download.ts'
import { DOCUMENT_MS } from '../../../system/http/whole-time.ts'
import { createDigestGate } from '../../../trust/artifact/digest-gate.ts'
import type { ReleaseClaim, VerifiedRelease } from '../../../trust/release/verify-release.ts'
import { verifyRelease } from '../../../trust/release/verify-release.ts'
import type { ClientContext } from '../../context.ts'
import { STORE_DISK } from '../../store/disk.ts'
import type { Layout } from '../../store/layout.ts'
import { noteProven, provenSince } from '../../store/proven.ts'
import { storedBundle } from '../../store/stored-bundle.ts'
import { lockMismatch } from '../lock-mismatch.ts'
import type { Patience } from '../places.ts'
import { firstOf, placesOf } from '../places.ts'
import { repoAddressOf } from '../repo-address.ts'

type ReleasePlace = {
  readonly repo: RepoConfig
  readonly plugin: Name
  readonly version: Version
  readonly bundle: { readonly digest: Digest; readonly size: number }
}

/** All that a proof has any use for. */
type ProofContext = Pick<ClientContext, 'layout' | 'shared' | 'network' | 'now' | 'report'>

/** A release that is new to the lockfile; its key has to be valid now. */
export async function proveRelease(place: ReleasePlace, context: ProofContext): Promise<VerifiedRelease> {
  return prove(place, { bundle: await readBundle(place, context), at: context.now() }, context.layout)
}

/**
 * A locked release: the same bundle by the same key as when it was locked, saying the same about every platform. The
 * lockfile is no witness for the time of a signature: this machine's own record is.
 */
export async function proveLocked(entry: LockedPlugin, repo: RepoConfig, context: ProofContext) {
  const { layout, now } = context
  const { plugin, version, bundle, signer } = entry
  if (!bundle) throw otherThanLocked(entry, 'the lockfile names no bundle for it')
  const place = { repo, plugin, version, bundle }
  const earlier = { provenAt: provenSince(layout, { bundle: bundle.digest, signer }), locked: true }
  const text = await readBundle(place, context)
  const at = { now: now(), earlier }
  const release = underLock(entry, () => prove(place, { bundle: text, at }, layout))
  if (release.signer !== signer) throw otherThanLocked(entry, `it is signed by \`${release.signer}\``)
  if (!samePlatforms(entry, release.predicate)) throw otherThanLocked(entry, 'its files are others')
  return release
}

/** The bytes are those of the lockfile's digest: whatever they prove instead, the lockfile contradicts itself. */
function underLock<Result>(entry: LockedPlugin, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    const found = isCoded(error, 'STATEMENT_MISMATCH') && error.details.found
    if (typeof found !== 'string') throw error
    throw otherThanLocked(entry, `the bundle that the lockfile names for it proves ${quote(found)}`, error)
  }
}

function prove(
  { repo, plugin, version }: ReleasePlace,
  { bundle, at }: Pick<ReleaseClaim, 'bundle' | 'at'>,
  layout: Layout,
): VerifiedRelease {
  const address = repoAddressOf(repo.url)
  const release = verifyRelease({
    bundle,
    keyring: repo.trust.kind === 'keys' ? repo.trust.keys : [],
    expected: { repo: address.name, plugin, version },
    at,
    source: address.bundle(plugin, version).href,
  })
  if (release.admission === 'window') noteProven(layout, { bundle: release.bundleDigest, signer: release.signer })
  return release
}

async function readBundle(place: ReleasePlace, context: ProofContext): Promise<string> {
  const { repo, plugin, version, bundle } = place
  const stored = storedBundle(bundle.digest, context)
  if (stored !== undefined) return stored
  const subject = `${repo.name}/${plugin}@${version}`
  return firstOf(
    placesOf(repo),
    ({ address }, retry) => fetchBundle({ ...bundle, url: address.bundle(plugin, version), retry }, context),
    { ...context, subject, isPinned: true },
  )
}

type WantedBundle = ReleasePlace['bundle'] & { readonly url: URL; readonly retry: Patience }

async function fetchBundle(bundle: WantedBundle, { layout, network }: ProofContext): Promise<string> {
  const { url, retry } = bundle
  requireBundleSize(bundle.size, url)
  const http = await network.http(url.href)
  const bytes = Buffer.alloc(bundle.size)
  const sink = {
    size: 0,
    origin: undefined,
    restart() {
      sink.size = 0
    },
    write(chunk: Uint8Array) {
      bytes.set(chunk, sink.size)
      sink.size += chunk.length
    },
  }
  await download(http, { url, size: bundle.size, sink, wholeMs: DOCUMENT_MS, retry })
  const gate = createDigestGate(bundle, url.href)
  gate.update(bytes)
  gate.finish()
  // Not durable: a bundle that is damaged is another one, and is fetched again.
  writeWhole(layout.release(bundle.digest), bytes, { staging: layout.staging, mode: 0o444, ...STORE_DISK })
  return decodeText(bytes, url.href)
}

/** Nobody signed this number: it comes from a plugin document or a lockfile. */
function requireBundleSize(size: number, url: URL): void {
  if (size <= LIMITS.bundleBytes) return
  throw coded('LIMIT_EXCEEDED', {
    message: `${quote(url.href)} is promised to have ${size} bytes, expected at most ${LIMITS.bundleBytes}`,
    details: { url: url.href, size, maxBytes: LIMITS.bundleBytes },
  })
}

function samePlatforms({ platforms }: LockedPlugin, predicate: ReleasePredicate): boolean {
  const locked = Object.entries(platforms)
  const proven = new Map(Object.entries(predicate.platforms))
  return (
    locked.length === proven.size &&
    locked.every(([key, { file, digest, size, format }]) => {
      const artifact = proven.get(key)
      return (
        artifact?.file === file && artifact.digest === digest && artifact.size === size && artifact.format === format
      )
    })
  )
}

function otherThanLocked(entry: LockedPlugin, problem: string, cause?: unknown): Error {
  return lockMismatch(entry, { what: 'release', problem, cause })
}
