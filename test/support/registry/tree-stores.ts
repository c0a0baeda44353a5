// Stores of a static tree that keep the same promises: a folder of the disk that copies blobs, one that links to them, and a map in
// memory.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { openDiskTree } from '../../../static-tree/write/disk.ts'
import type { BlobSource, TreeStore } from '../../../static-tree/write/store.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { openMemoryTree } from './memory-tree.ts'

type TreeScene = {
  readonly store: TreeStore
  /** Bytes as their owner has them, under a digest that is theirs unless another is given. */
  source(text: string, digest?: Digest): Source
}
type Source = BlobSource & { readonly reads: () => number }

function aSource(text: string, digest = digestOf(text)): Source {
  let reads = 0
  const read = () => {
    reads++
    // More than one piece, as a file gives them.
    return Readable.from([Buffer.from(text.slice(0, 3)), Buffer.from(text.slice(3))])
  }
  return { digest, size: text.length, read, reads: () => reads }
}

async function onDisk(t: TestContext): Promise<TreeScene> {
  const folder = tempFolder(t)
  const store = await openDiskTree({ root: join(folder, 'tree'), staging: join(folder, 'staging') })
  return { store, source: aSource }
}

async function onDiskWithLinks(t: TestContext): Promise<TreeScene> {
  const folder = tempFolder(t)
  const blobs = join(folder, 'blobs')
  mkdirSync(blobs)
  const blobFile = (digest: Digest) => join(blobs, hexOf(digest))
  const store = await openDiskTree({ root: join(folder, 'tree'), staging: join(folder, 'staging'), blobFile })
  return {
    store,
    source(text, digest) {
      const source = aSource(text, digest)
      writeFileSync(blobFile(source.digest), text)
      return source
    },
  }
}

type TreeKind = { readonly open: (t: TestContext) => Promise<TreeScene>; readonly links: boolean }

export const TREE_STORES: Readonly<Record<string, TreeKind>> = {
  'a folder that copies': { open: onDisk, links: false },
  'a folder that links': { open: onDiskWithLinks, links: true },
  'a map in memory': { open: async () => ({ store: openMemoryTree(), source: aSource }), links: false },
}
