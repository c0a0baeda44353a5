// Puts finished files into a static tree, each in one step, so that a web server never serves half of one. The layout is
// that of a registry's tree: documents with compressed variants, bytes by digest, and the same bytes under readable names.
import { mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { blobPath } from '../paths.ts'
import type { TreeFile } from '../record.ts'
import { linkOrCopy } from './link-or-copy.ts'
import { compress, isShown } from './variants.ts'

export type TreeWriter = AsyncDisposable & {
  /** Writes a document and its variants; false when they say the same already. */
  putDocument(file: TreeFile): Promise<boolean>
  /** Stores bytes by digest, unless they are there; `write` gets the path to write to and proves what it writes. */
  putBlob(digest: Digest, write: (path: string) => Promise<unknown>): Promise<void>
  /** Makes a folder appear whole: names with the digest of a stored blob, or a text. */
  putFolder(path: string, parts: ReadonlyMap<string, Part>): Promise<void>
}

export type Part = { readonly digest: Digest } | { readonly text: string }

const STAGING = '.partial'

export async function openTreeWriter(root: string): Promise<TreeWriter> {
  const staging = join(root, STAGING)
  await rm(staging, { recursive: true, force: true })
  makeFolder(staging)
  let names = 0
  const staged = () => join(staging, String(++names))

  async function move(from: string, path: string): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await rename(from, join(root, path))
  }

  async function write(path: string, bytes: Uint8Array, changedAt: Date): Promise<void> {
    const file = staged()
    await writeFile(file, bytes)
    await utimes(file, changedAt, changedAt)
    await move(file, path)
  }

  return {
    async putDocument({ path, bytes }) {
      const body = Buffer.from(bytes)
      if (await isShown(join(root, path), body, 'quick')) return false
      // One time on all three tells which variants belong to a document.
      const changedAt = new Date()
      const { gz, br } = await compress(body)
      await write(`${path}.gz`, gz, changedAt)
      await write(`${path}.br`, br, changedAt)
      await write(path, body, changedAt)
      return true
    },
    async putBlob(digest, writeBytes) {
      const path = blobPath(digest)
      if (await stat(join(root, path)).catch(() => undefined)) return
      const file = staged()
      await writeBytes(file)
      await move(file, path)
    },
    async putFolder(path, parts) {
      const folder = staged()
      await mkdir(folder)
      for (const [name, part] of parts)
        if ('text' in part) await writeFile(join(folder, name), part.text)
        else await linkOrCopy(join(root, blobPath(part.digest)), join(folder, name))
      // What a build that was cut off left here is named by no document.
      await rm(join(root, path), { recursive: true, force: true })
      await move(folder, path)
    },
    [Symbol.asyncDispose]: () => rm(staging, { recursive: true, force: true }),
  }
}
