// Hashes everything in the store. Reports and removes nothing: a process may be using it, and an install heals it.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { isDigest } from '../../schemas/digest.ts'
import { checkArtifact, hashFile } from './check.ts'
import { onDisk } from './disk-errors.ts'
import type { Layout } from './layout.ts'

export type StoreProblem = { readonly path: string; readonly problem: string }
export type StoreReport = { readonly checked: number; readonly problems: readonly StoreProblem[] }

export function verifyStore(layout: Layout): StoreReport {
  const blobs = [layout.blobs, layout.releases].flatMap((folder) =>
    digestsIn(folder).map((digest) => ({ folder, digest })),
  )
  const badBlobs = blobs.flatMap(({ folder, digest }) => {
    const path = join(folder, digest.slice('sha256:'.length))
    const found = hashFile(path)
    return found === digest ? [] : [{ path, problem: `its digest is \`${found}\`` }]
  })
  const unpacked = digestsIn(layout.trees).filter((digest) => existsSync(layout.content(digest)))
  const badTrees = unpacked.flatMap((digest) => {
    // Size and executable are in the contents record of an unpacked archive.
    const artifact = { digest, size: 0, format: 'tar.gz', executable: '' } as const
    const health = checkArtifact(layout, artifact, { thorough: true })
    const problem = health.state === 'corrupt' ? health.problem : 'its record is damaged'
    return health.state === 'good' ? [] : [{ path: layout.tree(digest), problem }]
  })
  return { checked: blobs.length + unpacked.length, problems: [...badBlobs, ...badTrees] }
}

/** Artifacts in the store. */
export function blobsIn(layout: Layout): readonly Digest[] {
  return digestsIn(layout.blobs)
}

function digestsIn(folder: string): readonly Digest[] {
  return onDisk(folder, () => readdirSync(folder)).flatMap((name) => {
    const digest = `sha256:${name}`
    return isDigest(digest) ? [digest] : []
  })
}
