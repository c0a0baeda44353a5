// Puts artifacts where they are executed: archives are unpacked into a staging folder beside their place and renamed, raw
// files are linked. The rename is the marker: a folder under its digest is whole.
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, closeSync, linkSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex } from '../../schemas/digest.ts'
import type { StoredFile } from './contents.ts'
import { writeContents } from './contents.ts'
import { onDisk } from './disk-errors.ts'
import { stagedPath, writeAll } from './files.ts'
import { statOf } from './identity.ts'
import type { Layout, StoredArtifact } from './layout.ts'

const EXECUTABLE = 0o555
const READABLE = 0o444

export type StagedTree = {
  /** Writes one file; given to client/verify, which admits the paths. */
  onFile(
    file: { readonly path: string; readonly executable: boolean },
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void>
  /** Makes the tree visible as a whole. Only after its bytes were proven. */
  publish(): void
  discard(): void
}

export function stageTree(layout: Layout, artifact: StoredArtifact): StagedTree {
  // Beside its place, as a folder that is not writable can be renamed only within its parent.
  const staged = join(layout.trees, `.staging-${randomBytes(6).toString('hex')}`)
  const files: StoredFile[] = []
  onDisk(staged, () => mkdirSync(staged, { mode: 0o700 }))
  return {
    async onFile({ path, executable }, chunks) {
      const target = join(staged, path)
      onDisk(target, () => mkdirSync(dirname(target), { recursive: true, mode: 0o700 }))
      const written = await writeNew(target, chunks)
      onDisk(target, () => chmodSync(target, executable || path === artifact.executable ? EXECUTABLE : READABLE))
      files.push({ path, ...written })
    },
    publish() {
      onDisk(staged, () => {
        sealFolders(staged)
        writeContents(layout, artifact.digest, files)
        moveIntoPlace(layout, staged, layout.tree(artifact.digest))
      })
    },
    discard: () => removeTree(staged),
  }
}

/** Gives a raw blob its name in a tree; an older link to other bytes is replaced. */
export function linkRaw(layout: Layout, artifact: StoredArtifact): void {
  const blob = layout.blob(artifact.digest)
  const target = join(layout.tree(artifact.digest), artifact.executable)
  onDisk(target, () => {
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    if (isSameFile(blob, target)) return
    const staged = stagedPath(layout.staging, 'link')
    linkSync(blob, staged)
    renameSync(staged, target)
    // Renaming one link of a file over another link of it does nothing, and leaves the first.
    rmSync(staged, { force: true })
  })
}

export function removeTree(folder: string): void {
  onDisk(folder, () => {
    if (statOf(folder) === undefined) return
    openFolders(folder)
    rmSync(folder, { recursive: true, force: true })
  })
}

async function writeNew(path: string, chunks: AsyncIterable<Uint8Array>): Promise<{ size: number; digest: Digest }> {
  const hash = createHash('sha256')
  let size = 0
  const file = onDisk(path, () => openSync(path, 'wx', 0o600))
  try {
    for await (const chunk of chunks) {
      hash.update(chunk)
      size += chunk.length
      onDisk(path, () => writeAll(file, chunk))
    }
  } finally {
    closeSync(file)
  }
  return { size, digest: digestFromHex(hash.digest('hex')) }
}

/** Another process may have been first with the same tree, or a broken one may be there: either way ours replaces it. */
function moveIntoPlace(layout: Layout, staged: string, target: string): void {
  if (statOf(target) !== undefined) {
    const old = join(layout.trees, `.staging-${randomBytes(6).toString('hex')}`)
    renameSync(target, old)
    removeTree(old)
  }
  renameSync(staged, target)
}

function isSameFile(left: string, right: string): boolean {
  const [a, b] = [statOf(left), statOf(right)]
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev
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
