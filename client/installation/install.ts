// `octo self install`: makes an installation of a release that lies here as files, as `install.sh` has fetched them. The archive is proven by
// the signature over its release, by the keys that somebody names; the octo that does it is the one that came out of that archive, so
// whoever started it has to have known its bytes before (THREATS.md says what proves what).

import { lstatSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { hintOfLogin, holdsLogin } from '../../schemas/address-login.ts'
import type { Digest } from '../../schemas/digest.ts'
import { digestOf } from '../../schemas/digest.ts'
import { coded, throwDefect } from '../../schemas/errors.ts'
import type { InstallationRecord } from '../../schemas/installation.ts'
import { parseInstallation, renderInstallation } from '../../schemas/installation.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import { LOCK_FORMAT, renderLockfile } from '../../schemas/lockfile.ts'
import type { Name } from '../../schemas/name.ts'
import type { Platform } from '../../schemas/platform.ts'
import { pickPlatform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { decodeText } from '../../schemas/text.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import type { Version } from '../../schemas/version.ts'
import { compareVersions } from '../../schemas/version.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { explainDisk, onDisk } from '../../system/files/errors.ts'
import { readGivenFile } from '../../system/files/given-file.ts'
import { digestOfFile } from '../../system/files/hash-file.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { syncFolders } from '../../system/files/sync.ts'
import type { VerifiedRelease } from '../../trust/release/verify-release.ts'
import { verifyRelease } from '../../trust/release/verify-release.ts'
import { hostPlatform } from '../host-platform.ts'
import { repoAddressOf } from '../sources/repo-address.ts'
import { openStore } from '../store/open-store.ts'
import type { OnStep } from './advance.ts'
import { advance } from './advance.ts'
import { currentIfWhole } from './open-installation.ts'
import type { Surroundings } from './own-client.ts'
import { fetchRelease, OWN_REPO, openOwnClient, requireSpace } from './own-client.ts'
import { requireMarker } from './own-package.ts'
import type { Places } from './places.ts'
import { placesOf } from './places.ts'
import { requireOwn } from './require-own.ts'
import { requireUnused } from './require-unused.ts'
import { checkItself } from './self-check.ts'
import { lockInstallation } from './update.ts'

export type InstallRequest = Surroundings & {
  readonly root: string
  /** Who asks, for `installation.json`. */
  readonly by: string
  readonly version: Version
  readonly plugin: Name
  readonly archive: string
  /** File with the signed statement. */
  readonly bundle: string
  /** Address of the repo that newer versions come from. */
  readonly repo: string
  readonly keys: readonly TrustKey[]
  readonly onStep?: OnStep
  readonly onWait?: ((line: string) => void) | undefined
}

export type InstallOutcome = {
  readonly state: 'installed' | 'unchanged'
  readonly root: string
  readonly from: Version | undefined
  readonly version: Version
  readonly signer: Digest
}

/** Throws what a proof throws, INSTALLATION_UNSAFE, DOWNGRADE_REFUSED, SELF_CHECK_FAILED, NO_SPACE or IO_FAILED. */
export async function installItself(request: InstallRequest): Promise<InstallOutcome> {
  const { root, version, onStep = () => undefined } = request
  const places = placesOf(root)
  const record = recordOf(request)
  const release = await proveFiles(request)
  requireUnused(places)
  makeFolders(places)
  requireOwn(places)
  using _lock = await lockInstallation(places, request.onWait)
  const from = currentIfWhole(places)
  if (from !== undefined && compareVersions(version, from) < 0) throw lower(root, version, from)
  const told = { root, from, version, signer: release.signer }
  if (from === version && (await isGood(places, version, request.env))) {
    await writeRecord(places, record)
    return { ...told, state: 'unchanged' }
  }
  const entry = entryOf(release, request)
  requireSpace(places, entry)
  await seed(places, entry, request)
  await using client = await openOwnClient(places, { record, offline: true }, request)
  const executable = await fetchRelease(client, entry)
  onStep('fetched')
  await advance(places, {
    client,
    executable,
    from,
    onStep,
    env: request.env,
    admit: () => undefined,
    // Before the switch: whatever is started knows where its updates come from.
    beforeSwitch: () => writeRecord(places, record),
  })
  return { ...told, state: 'installed' }
}

function recordOf({ by, repo, keys, plugin }: InstallRequest): InstallationRecord {
  requireNoLogin(repo)
  const record = { v: 1 as const, by, repo: { url: repo, keys: keys.map(publicKeyLine) }, plugin }
  // Read as it will be read: what could not be would stop every update from then on.
  return parseInstallation(renderInstallation(record), 'installation.json')
}

/** Every user of the machine reads the record. */
function requireNoLogin(repo: string): void {
  if (!holdsLogin(repo)) return
  throw coded('FORMAT_INVALID', {
    message: `the address of the repo ${quote(shownAddress(repo))} holds a user or password, which \`installation.json\` would show to all users`,
    details: { repo: shownAddress(repo) },
    hint: hintOfLogin(
      'keep them in ~/.netrc, and name the address without them: `octo self install --repo ADDRESS`',
      repo,
    ),
  })
}

/** The signature first, and then whether these are the bytes that it is about. */
async function proveFiles(request: InstallRequest): Promise<VerifiedRelease> {
  const { bundle, repo, plugin, version, keys, archive, now = Date.now } = request
  const release = verifyRelease({
    bundle: readBundle(bundle),
    keyring: keys,
    expected: { repo: repoAddressOf(repo).name, plugin, version },
    at: now(),
    source: bundle,
  })
  const { digest } = artifactOf(release)
  const found = await digestOfFile(archive)
  if (found === digest) return release
  throw coded('DIGEST_MISMATCH', {
    message: `${quote(archive)} is not the archive that was signed, expected \`${digest}\`, found \`${found ?? 'no file that can be read'}\``,
    details: { subject: archive, expected: digest, found: found ?? null },
    hint: 'fetch it again, from the release that the signature belongs to',
  })
}

function artifactOf({ predicate: { plugin, version, platforms } }: VerifiedRelease) {
  const platform = pickPlatform(hostPlatform(), Object.keys(platforms) as Platform[], `${plugin}@${version}`)
  return platforms[platform] as (typeof platforms)[Platform]
}

function readBundle(path: string): string {
  const hint = 'name the `.sigstore.json` file of the release; `sh install.sh BASE` fetches what is needed'
  return decodeText(readGivenFile(path, { what: 'the statement', maxBytes: LIMITS.bundleBytes, hint }), path)
}

/** With the modes that they keep, whatever the umask says. */
function makeFolders({ root, versions, state }: Places): void {
  onDisk(root, () => makeFolder(root, 0o755))
  for (const [folder, mode] of [
    [versions, 0o755],
    [state, 0o700],
  ] as const)
    if (!lstatSync(folder, { throwIfNoEntry: false })) onDisk(folder, () => mkdirSync(folder, { mode }))
}

/** What is not whole, or does not start, is made again: whoever types the same command a second time means that. */
async function isGood(places: Places, version: Version, env: InstallRequest['env']): Promise<boolean> {
  try {
    if (requireMarker(places.version(version)).version !== version) return false
    await checkItself(places.version(version), version, env)
    return true
  } catch (error) {
    throwDefect(error)
    return false
  }
}

function entryOf({ predicate, signer, bundleDigest }: VerifiedRelease, { repo, bundle }: InstallRequest): LockedPlugin {
  const { plugin, version, platforms } = predicate
  const locked = Object.entries(platforms).map(([platform, { file, digest, size, format }]) => [
    platform,
    { file, digest, size, format },
  ])
  return {
    repo: OWN_REPO,
    url: repo,
    registryRepo: predicate.repo,
    plugin,
    version,
    signer,
    ranges: [],
    serial: 0,
    platforms: Object.fromEntries(locked),
    bundle: { digest: bundleDigest, size: statSync(bundle).size },
  }
}

/** Into the store, where the client looks for them and proves them once more. */
async function seed(places: Places, entry: LockedPlugin, { bundle, archive }: InstallRequest): Promise<void> {
  const layout = openStore(places.store)
  const text = readBundle(bundle)
  const digest = artifactDigest(entry)
  try {
    await replaceFile(layout.release(digestOf(text)), text, { mode: 0o444, staging: layout.staging })
    const blob = layout.blob(digest)
    rmSync(blob, { force: true })
    await copyFile(archive, blob)
    await replaceFile(
      places.lockfile,
      renderLockfile({ format: LOCK_FORMAT, plugins: { [`${OWN_REPO}/${entry.plugin}`]: entry } }),
    )
  } catch (error) {
    throw explainDisk(error, places.state)
  }
}

function artifactDigest({ plugin, version, platforms }: LockedPlugin): Digest {
  const platform = pickPlatform(hostPlatform(), Object.keys(platforms) as Platform[], `${plugin}@${version}`)
  return platforms[platform]?.digest as Digest
}

async function writeRecord(places: Places, record: InstallationRecord): Promise<void> {
  try {
    await replaceFile(places.record, renderInstallation(record), { mode: 0o644 })
  } catch (error) {
    throw explainDisk(error, places.record)
  }
  syncFolders([places.root])
}

function lower(root: string, version: Version, from: Version): Error {
  return coded('DOWNGRADE_REFUSED', {
    message: `octo ${from} is installed in ${quote(root)}, and this is ${version}`,
    details: { from, to: version },
    hint: `when that is meant, run \`octo self update --to ${version}\``,
  })
}
