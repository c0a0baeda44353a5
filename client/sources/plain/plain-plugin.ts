// Locks a plugin of an unsigned repo: its bytes are whatever the server gives now, and the lockfile holds them to that.
import { rmSync, statSync } from 'node:fs'
import type { Digest } from '../../../schemas/digest.ts'
import { isDigest } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import type { LockedPlugin } from '../../../schemas/lockfile.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { pickPlatform } from '../../../schemas/platform.ts'
import { quote } from '../../../schemas/quote.ts'
import { shownAddress } from '../../../schemas/shown-address.ts'
import { digestOfFileSync } from '../../../system/files/hash-file.ts'
import { readHead } from '../../../system/files/read-pieces.ts'
import { stagedPath } from '../../../system/files/staged-file.ts'
import type { ClientContext } from '../../context.ts'
import type { Network } from '../../network.ts'
import type { Choice } from '../offer.ts'
import { repoAddressOf } from '../repo-address.ts'
import { fetchUnsized, fileNameOf } from '../unsized-file.ts'
import { MAX_UNSIGNED_BYTES } from './limits.ts'
import type { PlainArtifact } from './read-repo.ts'
import { readPlainRepo } from './read-repo.ts'

const MAX_CHECKSUM_BYTES = 64 * 1024

type LockedArtifact = LockedPlugin['platforms'][Platform]

/** Only this machine's platform can be locked: the others' bytes are not looked at. Those that are locked stay. */
export async function lockPlain(
  choice: Choice,
  locked: LockedPlugin | undefined,
  context: ClientContext,
): Promise<LockedPlugin> {
  const { repo, document, version, question } = choice
  const { name, yaml } = repoAddressOf(repo.url)
  const offered =
    (await readPlainRepo(context.network.fetchDocument, yaml)).get(document.plugin)?.platforms ?? new Map()
  const platform = pickPlatform(context.platform, [...offered.keys()], `${repo.name}/${document.plugin}`)
  const artifact = await probe(offered.get(platform) as PlainArtifact, context)
  const others = locked?.url === repo.url && locked.signer === 'unsigned' ? locked.platforms : {}
  return {
    repo: repo.name,
    url: repo.url,
    registryRepo: name,
    plugin: document.plugin,
    version: version.version,
    ranges: [...question.ranges],
    serial: 0,
    signer: 'unsigned',
    platforms: { ...others, [platform]: artifact },
  }
}

/** Downloads once to learn size, digest and form; the install then downloads what the lockfile says. */
async function probe(
  { url, sha256Url, binary }: PlainArtifact,
  { layout, network }: ClientContext,
): Promise<LockedArtifact> {
  const staged = stagedPath(layout.staging, 'probe')
  try {
    await fetchUnsized({ path: staged, url: new URL(url), maxBytes: MAX_UNSIGNED_BYTES }, network)
    const digest = digestOfFileSync(staged) as Digest
    if (sha256Url !== undefined) await requireChecksum(new URL(sha256Url), digest, network)
    const isArchive = Buffer.from(readHead(staged, 2)).equals(Buffer.from([0x1f, 0x8b]))
    const file = fileNameOf(url)
    const inner = isArchive && binary !== undefined ? binary : file
    const { size } = statSync(staged)
    return { file, digest, size, format: isArchive ? 'tar.gz' : 'raw', url, executable: inner }
  } finally {
    rmSync(staged, { force: true })
  }
}

/** The first word of the file, in any case, as octoctl reads it. */
async function requireChecksum(url: URL, found: Digest, network: Network): Promise<void> {
  const text = await network.fetchDocument(url, MAX_CHECKSUM_BYTES)
  const expected = `sha256:${text?.trim().split(/\s/)[0]?.toLowerCase()}`
  if (isDigest(expected) && expected === found) return
  throw coded('DIGEST_MISMATCH', {
    message: `artifact beside ${quote(shownAddress(url))} has other bytes, expected ${quote(expected)}, found \`${found}\``,
    details: { subject: shownAddress(url), expected, found },
  })
}
