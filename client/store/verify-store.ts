// Hashes everything in the store. Reports and removes nothing: a process may be using it, and an install heals it.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex, hexOf, isDigest } from '../../schemas/digest.ts'
import { digestOfChunks, digestOfFileSync } from '../../system/files/hash-file.ts'
import { readPieces } from '../../system/files/read-pieces.ts'
import { inspectArchive } from '../../trust/archive/inspect-archive.ts'
import { problemIn } from './check.ts'
import { onStoreDisk } from './disk.ts'
import { statOf } from './identity.ts'
import type { Layout, TreeKey } from './layout.ts'
import { isTreeKey } from './layout.ts'
import type { StoredFile } from './stored-artifact.ts'

type StoreProblem = { readonly path: string; readonly problem: string }
type StoreReport = { readonly checked: number; readonly problems: readonly StoreProblem[] }

export async function verifyStore(layout: Layout): Promise<StoreReport> {
  const blobs = [layout.blobs, layout.releases].flatMap((folder) =>
    digestsIn(folder).map((digest) => ({ folder, digest })),
  )
  const problems = blobs.flatMap(({ folder, digest }): StoreProblem[] => {
    const path = join(folder, hexOf(digest))
    const found = digestOfFileSync(path)
    return found === digest ? [] : [{ path, problem: `its digest is \`${found}\`` }]
  })
  const trees = onStoreDisk(layout.trees, () => readdirSync(layout.trees)).filter(isTreeKey)
  for (const key of trees) {
    const problem = await problemInTree(layout, key)
    if (problem !== undefined) problems.push({ path: layout.tree(key), problem })
  }
  return { checked: blobs.length + trees.length, problems }
}

/** Artifacts in the store. */
export function blobsIn(layout: Layout): readonly Digest[] {
  return digestsIn(layout.blobs)
}

async function problemInTree(layout: Layout, key: TreeKey): Promise<string | undefined> {
  const root = layout.tree(key)
  const hex = key.slice(0, 64)
  const digest = digestFromHex(hex)
  const blob = layout.blob(digest)
  if (digestOfFileSync(blob) !== digest) return 'the bytes that it was unpacked from are damaged or gone'
  const isRaw = key.startsWith(`${hex}-raw-`)
  const files = isRaw ? rawFiles(root, digest, Number(statOf(blob)?.size ?? 0n)) : await archiveFiles(blob)
  if (!files) return 'the bytes that it was unpacked from cannot be read'
  return problemIn(root, files, { since: undefined, stats: new Map(), isShared: false })
}

/** Under whatever name it is executed. */
function rawFiles(root: string, digest: Digest, size: number): readonly StoredFile[] {
  const [first = '.'] = onStoreDisk(root, () => readdirSync(root, { recursive: true, encoding: 'utf8' })).filter(
    (path) => statOf(join(root, path))?.isFile(),
  )
  return [{ path: first, size, digest }]
}

async function archiveFiles(blob: string): Promise<readonly StoredFile[] | undefined> {
  const files: StoredFile[] = []
  try {
    await inspectArchive({
      chunks: readPieces(blob),
      name: blob,
      // Unsigned plugins come in the forms that tar programs write; a signed archive says the same in both readings.
      lenient: true,
      async onFile({ path, size }, chunks) {
        files.push({ path, size, digest: await digestOfChunks(chunks) })
      },
    })
    return files
  } catch {
    return undefined
  }
}

function digestsIn(folder: string): readonly Digest[] {
  return onStoreDisk(folder, () => readdirSync(folder)).flatMap((name) => {
    const digest = `sha256:${name}`
    return isDigest(digest) ? [digest] : []
  })
}
