// Looks for everything in a data directory that does not agree with itself: database pages, audit chain, version rows, blobs.
// It trusts no single witness: SQLite's own check finds few flipped bits, so rows and bytes are compared with their digests.
import type { Digest } from '../../schemas/digest.ts'
import { isCoded } from '../../schemas/errors.ts'
import { releaseName } from '../../schemas/release-name.ts'
import { digestOfChunks } from '../../system/files/hash-file.ts'
import type { RegistryDeps } from '../context.ts'
import type { Blob } from '../db/records.ts'
import { findMissingRows } from '../witness/missing-rows.ts'
import { checkChain, readStory } from './check-audit.ts'
import { checkPartners } from './check-partners.ts'
import { checkPlugins } from './check-plugins.ts'
import { createReleaseCheck } from './check-releases.ts'

type Problem = {
  readonly kind: 'database' | 'audit' | 'plugin' | 'search' | 'version' | 'blob-missing' | 'blob-damaged' | 'stray-file'
  /** e.g. `core/hello@1.0.0`, a digest. */
  readonly subject: string
  readonly message: string
  readonly repaired: boolean
}

export type DataReport = {
  readonly versions: number
  readonly blobs: number
  readonly bytes: number
  /** Files without a row, which `gc` removes once they are old enough. */
  readonly orphans: number
  readonly problems: readonly Problem[]
}

type DataCheck = {
  readonly repair: boolean
  readonly onProgress?: (blob: { readonly digest: Digest; readonly size: number }) => void
}

export async function checkData(deps: RegistryDeps, check: DataCheck): Promise<DataReport> {
  const problems: Problem[] = await checkDatabase(deps)
  const { versions, needed, problems: told } = await checkRecords(deps)
  problems.push(...told)
  const { blobs, bytes } = await checkBlobs(deps, { ...check, needed }, problems)
  await checkWords(deps, check, problems)
  const orphans = await checkFiles(deps, problems)
  return { versions, blobs, bytes, orphans, problems }
}

async function checkDatabase({ metadata: { upkeep } }: RegistryDeps): Promise<Problem[]> {
  const messages = await upkeep.integrity()
  return messages.map((message) => ({ kind: 'database', subject: upkeep.name, message, repaired: false }))
}

const MAX_OF_A_KIND = 20

/** Tables and log are read one after the other, so what changed in between looks like a forgery. */
const MAX_LOOKS = 5

/** What tables and audit log say against each other. Beside a running registry only what stands in every look counts. */
async function checkRecords(deps: RegistryDeps): Promise<Records> {
  let lasting: Records | undefined
  for (let look = 1; look <= MAX_LOOKS; look++) {
    const before = await deps.metadata.audit.head()
    const found = await lookAtRecords(deps)
    const known = new Set(lasting?.problems.map(nameOf))
    lasting = lasting ? { ...found, problems: found.problems.filter((problem) => known.has(nameOf(problem))) } : found
    if (lasting.problems.length === 0 || (await deps.metadata.audit.head())?.id === before?.id) break
  }
  return lasting ?? { versions: 0, needed: new Set(), problems: [] }
}

type Releases = {
  readonly versions: number
  /** What these are made of. */
  readonly needed: ReadonlySet<Digest>
}
type Records = Releases & { readonly problems: readonly Problem[] }

function nameOf({ kind, subject, message }: Problem): string {
  return `${kind} ${subject} ${message}`
}

async function lookAtRecords(deps: RegistryDeps): Promise<Records> {
  const problems: Problem[] = await checkAudit(deps)
  const releases = await checkVersions(deps, problems)
  const plugins = (await checkPlugins(deps)).filter(({ subject }) => !problems.some(isOfVersion(subject)))
  for (const finding of plugins) problems.push({ kind: 'plugin', ...finding, repaired: false })
  return { ...releases, problems }
}

/** What is wrong with a version makes its plugin differ as well, which needs no saying. */
function isOfVersion(plugin: string) {
  return ({ subject }: Problem) => subject.startsWith(`${plugin}@`)
}

async function checkAudit(deps: RegistryDeps): Promise<Problem[]> {
  const findings = [...(await checkChain(deps)), ...(await checkPartners(deps))]
  return findings.map((finding) => ({ kind: 'audit', ...finding, repaired: false }))
}

async function checkVersions(deps: RegistryDeps, problems: Problem[]): Promise<Releases> {
  const story = await readStory(deps)
  const differenceOf = createReleaseCheck(deps)
  const needed = new Set<Digest>()
  let versions = 0
  for await (const scrubbed of deps.metadata.upkeep.scrub()) {
    versions++
    const { release, artifacts, isUnchanged } = scrubbed
    for (const { digest } of [{ digest: release.bundleDigest }, ...artifacts]) needed.add(digest)
    const told = story.compare(release)
    const message = isUnchanged ? await differenceOf(scrubbed) : 'its row was changed'
    const subject = releaseName(release)
    if (message !== undefined) problems.push({ kind: 'version', subject, message, repaired: false })
    else if (told) problems.push({ kind: 'audit', ...told, repaired: false })
  }
  for (const finding of story.untold()) problems.push({ kind: 'version', ...finding, repaired: false })
  return { versions, needed }
}

type BlobCheck = DataCheck & Pick<Releases, 'needed'>

async function checkBlobs(deps: RegistryDeps, { repair, needed, onProgress }: BlobCheck, problems: Problem[]) {
  const mayGiveUp = repair && (await findMissingRows(deps)) === undefined
  let [blobs, bytes] = [0, 0]
  for await (const blob of deps.metadata.blobs.walk()) {
    if (blob.state === 'deleting') {
      if (needed.has(blob.digest)) problems.push({ ...DELETING, subject: blob.digest, repaired: false })
      continue
    }
    blobs++
    bytes += blob.size
    onProgress?.(blob)
    const problem = await lookAtBlob(deps, blob)
    // Bytes that nobody refers to yet can be uploaded again; those of a release only a backup brings back.
    if (problem) problems.push({ ...problem, repaired: mayGiveUp && (await deps.metadata.blobs.giveUp(blob.digest)) })
  }
  return { blobs, bytes }
}

async function lookAtBlob(
  { blobs, metadata }: RegistryDeps,
  blob: Blob,
): Promise<Omit<Problem, 'repaired'> | undefined> {
  const found = await lookAtBytes(blobs, blob)
  if (!found) return undefined
  // A collection beside this takes the row first and the bytes after it.
  if (found === GONE && !(await metadata.blobs.has(blob.digest))) return undefined
  return { ...found, subject: blob.digest }
}

const DELETING = { kind: 'blob-missing', message: 'a version needs it, and it is marked for deletion' } as const
const GONE = { kind: 'blob-missing', message: 'its file is gone' } as const

/** What the disk does not give back is what this looks for: it keeps none of the other blobs from being looked at. */
async function lookAtBytes(
  blobs: RegistryDeps['blobs'],
  { digest, size }: Blob,
): Promise<Pick<Problem, 'kind' | 'message'> | undefined> {
  try {
    const found = (await blobs.stat(digest))?.size
    if (found === undefined) return GONE
    if (found === size && (await digestOfChunks(blobs.open(digest))) === digest) return undefined
    return { kind: 'blob-damaged', message: 'its bytes are no longer those of its digest' }
  } catch (error) {
    if (isCoded(error, 'DATA_DIR_CORRUPT')) return GONE
    if (!isCoded(error, 'IO_FAILED')) throw error
    return { kind: 'blob-damaged', message: `its bytes cannot be read: ${error.details.reason ?? error.problem}` }
  }
}

/** They are made of what was compared before, so a repair can make them again. */
async function checkWords({ metadata: { upkeep } }: RegistryDeps, { repair }: DataCheck, problems: Problem[]) {
  const plugins = await upkeep.misplacedWords(MAX_OF_A_KIND)
  if (plugins.length > 0 && repair) await upkeep.mendWords()
  const message = 'the search has other words of it than its row'
  for (const subject of plugins) problems.push({ kind: 'search', subject, message, repaired: repair })
}

async function checkFiles({ blobs, metadata }: RegistryDeps, problems: Problem[]): Promise<number> {
  let orphans = 0
  for await (const entry of blobs.list()) {
    if (typeof entry !== 'string')
      problems.push({ kind: 'stray-file', subject: entry.stray, message: 'it is no blob', repaired: false })
    else if (!(await metadata.blobs.has(entry))) orphans++
  }
  return orphans
}
