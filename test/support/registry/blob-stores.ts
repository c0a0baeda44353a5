// Stores of blobs that keep the same promises: a folder of the disk that copies what it is given, one that takes the files of
// finished uploads, and a map in memory.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { openDiskBlobs } from '../../../registry/blobs/disk.ts'
import type { BlobStore } from '../../../registry/blobs/store.ts'
import { blobsPath } from '../../../registry/data-dir/paths.ts'
import { finishedUpload, uploadedFile } from '../../../registry/uploads/finished-upload.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { BlobSource } from '../../../static-tree/write/store.ts'
import { filesBelow, tempFolder } from '../machine/temp-folder.ts'
import { openMemoryBlobs } from './memory-blobs.ts'

export type BlobScene = {
  readonly blobs: BlobStore
  /** Bytes that were compared with their digest, as an upload leaves them. */
  source(text: string): BlobSource
  addStray(name: string): void
  /** Everything that a put that failed could have left. */
  left(): readonly string[]
}

/** More than one piece, as a file gives them. */
export function streamed(bytes: string | Buffer, promised: Partial<BlobSource> = {}): BlobSource {
  const all = Buffer.from(bytes)
  const read = () => Readable.from([all.subarray(0, 3), all.subarray(3)])
  return { digest: digestOf(all), size: all.length, read, ...promised }
}

async function onDisk(t: TestContext): Promise<BlobScene> {
  const dataDir = tempFolder(t)
  const blobs = await openDiskBlobs({ dataDir })
  return { blobs, source: streamed, ...foldersOf(dataDir) }
}

async function onDiskOfUploads(t: TestContext): Promise<BlobScene> {
  const dataDir = tempFolder(t)
  const blobs = await openDiskBlobs({ dataDir, fileToTake: uploadedFile })
  mkdirSync(join(dataDir, 'uploads'))
  let parts = 0
  const source = (text: string) => {
    const part = join(dataDir, 'uploads', `${++parts}.part`)
    writeFileSync(part, text)
    return finishedUpload(part, { digest: digestOf(text), size: Buffer.byteLength(text) })
  }
  return { blobs, source, ...foldersOf(dataDir) }
}

function foldersOf(dataDir: string): Pick<BlobScene, 'addStray' | 'left'> {
  return {
    addStray: (name) => writeFileSync(join(blobsPath(dataDir), name), 'x'),
    left: () => filesBelow(dataDir),
  }
}

async function inMemory(): Promise<BlobScene> {
  const blobs = openMemoryBlobs()
  return { blobs, source: streamed, addStray: blobs.addStray, left: () => [] }
}

export const BLOB_STORES: Readonly<Record<string, (t: TestContext) => Promise<BlobScene>>> = {
  'a folder that copies': onDisk,
  'a folder that takes finished uploads': onDiskOfUploads,
  'a map in memory': inMemory,
}
