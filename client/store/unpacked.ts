// Puts artifacts where they are executed: archives are unpacked into a staging folder beside their place and renamed, raw
// files are linked. The rename is the marker: a folder under its digest is whole.
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex } from '../../schemas/digest.ts'
import { writeAll } from '../../system/files/atomic-file.ts'
import { linkOrCopySync } from '../../system/files/link-or-copy.ts'
import { stagedPath } from '../../system/files/staged-file.ts'
import { onStoreDisk } from './disk.ts'
import { statOf } from './identity.ts'
import type { Layout } from './layout.ts'
import type { StoredArtifact, StoredFile } from './stored-artifact.ts'

const EXECUTABLE = 0o555
const READABLE = 0o444

/** Begins the name of every tree that is not whole yet, or not needed any more. */
export const STAGED_TREE = '.staging-'

export function stagedTree(layout: Layout): string {
  return stagedPath(layout.trees, STAGED_TREE)
}

type StagedTree = {
  /** Writes one file; given to trust/, which admits the paths. */
  onFile(
    file: { readonly path: string; readonly executable: boolean },
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void>
  /** Makes the tree visible as a whole and says what is in it. Only after its bytes were proven. */
  publish(): readonly StoredFile[]
  discard(): void
}

export function stageTree(layout: Layout, artifact: StoredArtifact): StagedTree {
  // Beside its place, as a folder that is not writable can be renamed only within its parent.
  const staged = stagedTree(layout)
  const files: StoredFile[] = []
  onStoreDisk(staged, () => mkdirSync(staged, { mode: 0o700 }))
  return {
    async onFile({ path, executable }, chunks) {
      const target = join(staged, path)
      onStoreDisk(target, () => mkdirSync(dirname(target), { recursive: true, mode: 0o700 }))
      const written = await writeNew(target, chunks)
      onStoreDisk(target, () => chmodSync(target, executable || path === artifact.executable ? EXECUTABLE : READABLE))
      files.push({ path, ...written })
    },
    publish() {
      onStoreDisk(staged, () => {
        sealFolders(staged)
        moveIntoPlace(layout, staged, layout.tree(artifact.key))
      })
      return files
    },
    discard: () => removeTree(staged),
  }
}

/** Gives a raw blob its place in a tree of its own. */
export function linkRaw(layout: Layout, artifact: StoredArtifact): readonly StoredFile[] {
  const { executable, size, digest, key } = artifact
  const staged = stagedTree(layout)
  const target = join(staged, executable)
  try {
    onStoreDisk(target, () => {
      mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
      ownLinkOrCopy(layout.blob(digest), target)
      chmodSync(target, EXECUTABLE)
      sealFolders(staged)
      moveIntoPlace(layout, staged, layout.tree(key))
    })
  } catch (error) {
    removeTree(staged)
    throw error
  }
  return [{ path: executable, size, digest }]
}

/** A link to somebody else's file would stay theirs. */
function ownLinkOrCopy(blob: string, target: string): void {
  const own = process.getuid?.()
  if (own !== undefined && statOf(blob)?.uid !== BigInt(own)) {
    copyFileSync(blob, target)
    // Copying keeps the owner where the system lets it, as it lets root.
    chownSync(target, own, process.getgid?.() ?? own)
    return
  }
  linkOrCopySync(blob, target)
}

/** Also of what a carried store has in its place: what a link leads to is not the store's, and stays as it is. */
export function removeTree(folder: string): void {
  onStoreDisk(folder, () => {
    if (statOf(folder)?.isDirectory()) openFolders(folder)
    rmSync(folder, { recursive: true, force: true })
  })
}

async function writeNew(path: string, chunks: AsyncIterable<Uint8Array>): Promise<{ size: number; digest: Digest }> {
  const hash = createHash('sha256')
  let size = 0
  const file = onStoreDisk(path, () => openSync(path, 'wx', 0o600))
  try {
    for await (const chunk of chunks) {
      hash.update(chunk)
      size += chunk.length
      onStoreDisk(path, () => writeAll(file, chunk))
    }
  } finally {
    closeSync(file)
  }
  return { size, digest: digestFromHex(hash.digest('hex')) }
}

/** Another process may have been first with the same tree, or a broken one may be there: either way ours replaces it. */
function moveIntoPlace(layout: Layout, staged: string, target: string): void {
  if (statOf(target) !== undefined) {
    const old = stagedTree(layout)
    renameSync(target, old)
    removeTree(old)
  }
  renameSync(staged, target)
}

/** Plugins cannot write beside their own files: what they would add is not proven. */
function sealFolders(folder: string): void {
  for (const entry of foldersIn(folder)) sealFolders(join(folder, entry))
  chmodSync(folder, EXECUTABLE)
}

function openFolders(folder: string): void {
  chmodSync(folder, 0o700)
  for (const entry of foldersIn(folder)) openFolders(join(folder, entry))
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
}
