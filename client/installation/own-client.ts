// The ordinary client over a config with one repo and one plugin: octo itself. Its store and lockfile are the installation's own, so that
// what was seen once is known to whoever updates it next, and no project's lockfile is touched.
import { statfsSync } from 'node:fs'
import type { OctoConfig } from '../../config/model/config.ts'
import { coded } from '../../schemas/errors.ts'
import type { InstallationRecord } from '../../schemas/installation.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import type { Name } from '../../schemas/name.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import type { Platform } from '../../schemas/platform.ts'
import { pickPlatform } from '../../schemas/platform.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { parsePublicKey } from '../../schemas/trust-key.ts'
import type { Version } from '../../schemas/version.ts'
import { onDisk } from '../../system/files/errors.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import type { Client, ClientOptions } from '../api.ts'
import { createClient } from '../create-client.ts'
import { hostPlatform } from '../host-platform.ts'
import { openStore } from '../store/open-store.ts'
import { removeTree } from '../store/unpacked.ts'
import type { VerifiedExecutable } from '../verified-executable.ts'
import type { Places } from './places.ts'

/** How the config of such a client calls the repo. */
export const OWN_REPO = 'octo' as Name

export type Surroundings = Pick<ClientOptions, 'env' | 'report' | 'now'>

type Wanted = {
  readonly record: InstallationRecord
  /** Exactly this one; else the newest that is stable. */
  readonly version?: Version | undefined
  /** Nothing is asked of the network: everything lies in the store. */
  readonly offline?: boolean
}

/** Throws KEY_UNREADABLE, and what a client throws when it is opened. */
export async function openOwnClient(places: Places, wanted: Wanted, surroundings: Surroundings): Promise<Client> {
  const { offline = false } = wanted
  onDisk(places.state, () => makeFolder(places.state, 0o700))
  return createClient({
    ...surroundings,
    config: ownConfig(wanted),
    lockPath: places.lockfile,
    storeRoot: places.store,
    platform: hostPlatform(),
    offline,
    frozen: offline,
  })
}

function ownConfig({ record, version }: Wanted): OctoConfig {
  const { url, keys } = record.repo
  const trust = { kind: 'keys' as const, keys: keys.map((key) => parsePublicKey(key, 'installation.json')) }
  const pin = { plugin: record.plugin, repo: OWN_REPO, ...omitUndefined({ range: version }) }
  return { files: [], repos: [{ name: OWN_REPO, url, trust }], pins: [pin], services: [], warnings: [] }
}

/** What the repo offers, chosen and proven; with `dryRun` nothing is noted. */
export async function chooseRelease(client: Client, plugin: Name, dryRun: boolean): Promise<LockedPlugin> {
  const changes = await client.lock({ update: 'all', dryRun })
  const chosen = changes.find(({ name }) => name === `${OWN_REPO}/${plugin}`)?.after
  return chosen ?? (client.lockfile().plugins[`${OWN_REPO}/${plugin}`] as LockedPlugin)
}

/** Its files in the store, proven. */
export async function fetchRelease(client: Client, { plugin, version }: LockedPlugin): Promise<VerifiedExecutable> {
  const [executable] = await client.ensure([{ plugin, repo: OWN_REPO, range: version }])
  return client.locate(executable as VerifiedExecutable)
}

/** The archive, what is unpacked of it in the store, and the package: unpacked, octo is three times as large as packed. */
const TIMES_ARCHIVE = 8

/** Throws NO_SPACE before anything large is fetched, and NO_MATCHING_PLATFORM. */
export function requireSpace({ root }: Places, release: LockedPlugin): void {
  const name = `${release.plugin}@${release.version}`
  const platform = pickPlatform(hostPlatform(), Object.keys(release.platforms) as Platform[], name)
  const needed = (release.platforms[platform]?.size ?? 0) * TIMES_ARCHIVE
  const { bavail, bsize } = onDisk(root, () => statfsSync(root))
  if (bavail * bsize >= needed) return
  throw coded('NO_SPACE', {
    message: `${megabytes(bavail * bsize)} are left for ${quote(root)}, and ${quote(name)} needs about ${megabytes(needed)} for a moment`,
    details: { path: root, freeBytes: bavail * bsize, neededBytes: needed },
    hint: `see what uses it with \`du -sh ${shellWord(root)}\`, make room, and run the same command again`,
  })
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`
}

/** The copies that are not needed any more. What was seen of the repo stays. */
export function emptyStore(places: Places): void {
  const { trees, blobs, parts } = openStore(places.store)
  for (const folder of [trees, blobs, parts]) removeTree(folder)
}
