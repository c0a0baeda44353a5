// Are the files that are about to be executed still the proven ones? Remembered files cost a stat each, others a hash. What
// the proven files are is never read from a record: it comes from the proven bytes, in this process or by prove-stored.ts.
import type { BigIntStats } from 'node:fs'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { digestOfFileSync } from '../../system/files/hash-file.ts'
import { isTrustedOwner } from '../../system/files/owned-path.ts'
import { statOf } from './identity.ts'
import type { Layout } from './layout.ts'
import type { Hashed } from './memo.ts'
import { beginHashing, isRemembered, remember } from './memo.ts'
import { problemOfPlaces } from './program-places.ts'
import type { StoredArtifact, StoredFile } from './stored-artifact.ts'

/** `absent`: nothing is there; `corrupt`: something else than the proven files is. */
export type Health = { readonly state: 'good' | 'absent' } | { readonly state: 'corrupt'; readonly problem: string }

/** Hashes the artifact's folder against the proven files, and remembers it when it is exactly these. */
export function compareTree(layout: Layout, artifact: StoredArtifact, files: readonly StoredFile[]): Health {
  const root = layout.tree(artifact.key)
  if (statOf(root) === undefined) return { state: 'absent' }
  const hashed = beginHashing(layout)
  const problem = problemIn(root, files, hashed)
  if (problem) return { state: 'corrupt', problem }
  remember(layout, artifact, hashed, files)
  return { state: 'good' }
}

/** Throws STORE_CORRUPT unless every file is the proven one. */
export function requireGood(
  layout: Layout,
  artifact: StoredArtifact,
  proven: { readonly name: string; readonly files: readonly StoredFile[] },
): void {
  if (isRemembered(layout, artifact)) return
  const health = compareTree(layout, artifact, proven.files)
  if (health.state === 'good') return
  const { name } = proven
  throw coded('STORE_CORRUPT', {
    message: `${quote(name)} in the store is not what was verified: ${health.state === 'corrupt' ? health.problem : 'its files are gone'}`,
    details: { name, digest: artifact.digest, folder: layout.tree(artifact.key) },
    hint: '`octo install` fetches it again',
  })
}

/** Throws PROGRAM_UNSAFE where others could put a library, or a loader, that one of the files would load. */
export function requireOwnPlaces({
  name,
  files,
}: {
  readonly name: string
  readonly files: readonly StoredFile[]
}): void {
  const problem = problemOfPlaces(files.map(({ places }) => places))
  if (!problem) return
  const { looksIn, found } = problem
  throw coded('PROGRAM_UNSAFE', {
    message: `${quote(name)} loads code from ${quote(looksIn)}, and ${quote(found.place)} ${found.problem}`,
    details: { name, looksIn, place: found.place, mode: found.mode, uid: found.uid },
    hint: found.own
      ? `\`chmod go-w ${found.place}\`; octo starts no program whose code somebody else could replace`
      : 'let only root write there; octo starts no program whose code somebody else could replace',
  })
}

/** What differs from the files in a folder, links and additions included; undefined when it is exactly these. */
export function problemIn(root: string, files: readonly StoredFile[], hashed: Hashed): string | undefined {
  return files.map((file) => problemOf(root, file, hashed)).find(Boolean) ?? foreignEntry(root, files, hashed)
}

function problemOf(root: string, file: StoredFile, { stats, isShared }: Hashed): string | undefined {
  const path = join(root, file.path)
  const stat = statOf(path)
  if (!stat?.isFile()) return `${quote(file.path)} is missing`
  const exposure = exposureOf(stat, file.path, isShared)
  if (exposure) return exposure
  if (stat.size !== BigInt(file.size)) return `${quote(file.path)} has ${stat.size} bytes, expected ${file.size}`
  const found = digestOfFileSync(path)
  if (found !== file.digest) return `${quote(file.path)} has digest \`${found}\`, expected \`${file.digest}\``
  stats.set(file.path, stat)
  return undefined
}

/** A file that was added may be loaded by those that were proven. Folders are remembered too: adding changes their times. */
function foreignEntry(root: string, files: readonly StoredFile[], hashed: Hashed): string | undefined {
  const { stats, isShared } = hashed
  const known = new Set(files.map(({ path }) => path))
  const folders = new Set(['.'])
  for (const { path } of files) for (let up = dirname(path); up !== '.'; up = dirname(up)) folders.add(up)
  for (const folder of folders) {
    const stat = statOf(join(root, folder))
    if (!stat?.isDirectory()) return `${quote(folder)} is not a folder`
    const exposure = exposureOf(stat, folder, isShared)
    if (exposure) return exposure
    stats.set(folder, stat)
    for (const name of readdirSync(join(root, folder))) {
      const path = folder === '.' ? name : `${folder}/${name}`
      if (!known.has(path) && !folders.has(path)) return `${quote(path)} was added`
    }
  }
  return undefined
}

/** Whoever else may write could change it between this check and its execution. What all users read may be root's. */
function exposureOf({ uid, mode }: BigIntStats, path: string, isShared: boolean): string | undefined {
  const owner = process.getuid?.()
  if (owner === undefined) return undefined
  if (isShared ? !isTrustedOwner(Number(uid)) : uid !== BigInt(owner)) return `${quote(path)} belongs to another user`
  return (mode & 0o022n) === 0n ? undefined : `${quote(path)} can be written by other users`
}
