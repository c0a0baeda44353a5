// Are the files that are about to be executed still the proven ones? Remembered files cost a stat each, others a hash.

import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { StoredFile } from './contents.ts'
import { readContents } from './contents.ts'
import { isMissing, onDisk } from './disk-errors.ts'
import { statOf } from './identity.ts'
import type { Layout, StoredArtifact } from './layout.ts'
import type { Hashed } from './memo.ts'
import { isRemembered, remember } from './memo.ts'

/** `absent`: nothing is there; `corrupt`: something else than the proven files is. */
export type Health = { readonly state: 'good' | 'absent' } | { readonly state: 'corrupt'; readonly problem: string }

export type CheckOptions = {
  /** Hash everything, whatever is remembered. */
  readonly thorough?: boolean
}

export function checkArtifact(layout: Layout, artifact: StoredArtifact, options: CheckOptions = {}): Health {
  if (!options.thorough && isRemembered(layout, artifact)) return { state: 'good' }
  const files = readContents(layout, artifact)
  const root = layout.tree(artifact.digest)
  if (!files || statOf(root) === undefined) return { state: 'absent' }
  if (artifact.format === 'raw' && statOf(join(root, artifact.executable)) === undefined) return { state: 'absent' }
  const hashed: Hashed = { since: Date.now(), stats: new Map() }
  const problem =
    files.map((file) => problemOf(root, file, hashed)).find(Boolean) ?? strangerIn(root, artifact, files, hashed)
  if (problem) return { state: 'corrupt', problem }
  remember(layout, artifact, hashed)
  return { state: 'good' }
}

/** Throws STORE_CORRUPT unless every file is the proven one. */
export function requireGood(layout: Layout, artifact: StoredArtifact, name: string): void {
  const health = checkArtifact(layout, artifact)
  if (health.state === 'good') return
  throw coded('STORE_CORRUPT', {
    message: `${quote(name)} in the store is not what was verified: ${health.state === 'corrupt' ? health.problem : 'its files are gone'}`,
    details: { name, digest: artifact.digest, folder: layout.tree(artifact.digest) },
    hint: '`octo install` fetches it again',
  })
}

function problemOf(root: string, file: StoredFile, { stats }: Hashed): string | undefined {
  const path = join(root, file.path)
  const stat = statOf(path)
  if (!stat?.isFile()) return `${quote(file.path)} is missing`
  if (stat.size !== BigInt(file.size)) return `${quote(file.path)} has ${stat.size} bytes, expected ${file.size}`
  const found = hashFile(path)
  if (found !== file.digest) return `${quote(file.path)} has digest \`${found}\`, expected \`${file.digest}\``
  stats.set(file.path, stat)
  return undefined
}

/** A file that was added may be loaded by those that were proven. Folders are remembered too: adding changes their times. */
function strangerIn(
  root: string,
  artifact: StoredArtifact,
  files: readonly StoredFile[],
  { stats }: Hashed,
): string | undefined {
  // A raw artifact is one file; its folder may hold the same bytes under the names of other plugins.
  if (artifact.format === 'raw') return undefined
  const known = new Set(files.map(({ path }) => path))
  const folders = new Set(['.'])
  for (const { path } of files) for (let up = dirname(path); up !== '.'; up = dirname(up)) folders.add(up)
  for (const folder of folders) {
    const stat = statOf(join(root, folder))
    if (!stat?.isDirectory()) return `${quote(folder)} is not a folder`
    stats.set(folder, stat)
    for (const { name } of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '.' ? name : `${folder}/${name}`
      if (!known.has(path) && !folders.has(path)) return `${quote(path)} was added`
    }
  }
  return undefined
}

const buffer = Buffer.alloc(1024 * 1024)

/** `sha256:…` of a file, read in pieces; undefined when there is none. */
export function hashFile(path: string): string | undefined {
  const hash = createHash('sha256')
  try {
    const file = openSync(path, 'r')
    try {
      for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
        hash.update(buffer.subarray(0, read))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (isMissing(error)) return undefined
    return onDisk(path, () => {
      throw error
    })
  }
  return `sha256:${hash.digest('hex')}`
}
