// A static tree in memory, which keeps the promises of the port: the shortest thing that can stand behind it.
import { buffer } from 'node:stream/consumers'
import { digestOf } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import { blobPath } from '../../../static-tree/paths.ts'
import type { ByteSpan, Part, TreeEntry, TreeStore } from '../../../static-tree/write/store.ts'

type MemoryFile = { readonly bytes: Buffer; readonly changedAtMs: number; readonly generation: string }

export function openMemoryTree(): TreeStore {
  const files = new Map<string, MemoryFile>()
  /** By each folder above them, so that to look into one of hundreds is no look at the files of all. */
  const filesIn = new Map<string, Set<string>>()
  let puts = 0
  const below = (folder: string) => [...(filesIn.get(folder) ?? [])]
  const keep = (path: string, bytes: Uint8Array, changedAt = new Date()) => {
    if (!files.has(path))
      for (const folder of foldersAbove(path)) filesIn.set(folder, (filesIn.get(folder) ?? new Set()).add(path))
    files.set(path, { bytes: Buffer.from(bytes), changedAtMs: changedAt.getTime(), generation: String(++puts) })
  }
  const find = (path: string): Buffer => {
    const file = files.get(path)
    if (!file) throw coded('FILE_NOT_FOUND', { message: `the tree has no file \`${path}\`` })
    return file.bytes
  }
  const bytesOf = (part: Part) => ('text' in part ? Buffer.from(part.text) : find(blobPath(part.digest)))
  const remove = (path: string) => {
    for (const each of [path, ...below(path)])
      if (files.delete(each)) for (const folder of foldersAbove(each)) filesIn.get(folder)?.delete(each)
  }

  const store: TreeStore = {
    nameOf: (path) => path,
    read: async (path) => Buffer.from(find(path)),
    async open(path) {
      const file = files.get(path)
      return (
        file && { ...statOf(file), read: (span) => piecesOf(file.bytes, span), [Symbol.asyncDispose]: async () => {} }
      )
    },
    async stat(path) {
      const file = files.get(path)
      if (file) return { kind: 'file', ...statOf(file) }
      return below(path).length > 0 ? { kind: 'folder', size: 0, changedAtMs: 0, generation: '' } : undefined
    },
    async list(folder) {
      const entries = below(folder).map((path): TreeEntry => {
        const [name = '', ...more] = path.slice(folder === '' ? 0 : folder.length + 1).split('/')
        return { name, kind: more.length > 0 ? 'folder' : 'file' }
      })
      return [...new Map(entries.map((entry) => [entry.name, entry])).values()]
    },
    async holds(path, { digest }) {
      const file = files.get(path)
      return file !== undefined && digestOf(file.bytes) === digest
    },
    async put(path, bytes, changedAt) {
      keep(path, bytes, changedAt)
    },
    async putBlob(blob) {
      const path = blobPath(blob.digest)
      if (await store.holds(path, blob)) return
      const bytes = await buffer(blob.read())
      if (digestOf(bytes) !== blob.digest) throw coded('DIGEST_MISMATCH', { message: 'other bytes than promised' })
      keep(path, bytes)
    },
    async putFolder(path, parts) {
      const staged = [...parts].map(([name, part]) => [`${path}/${name}`, bytesOf(part)] as const)
      remove(path)
      for (const [file, bytes] of staged) keep(file, bytes)
    },
    async delete(path) {
      remove(path)
    },
    async sync() {},
  }
  return store
}

function statOf({ bytes, changedAtMs, generation }: MemoryFile) {
  return { size: bytes.length, changedAtMs, generation }
}

/** Several of even the smallest file, so that something can happen between two of them. */
async function* piecesOf(bytes: Buffer, { start, end }: ByteSpan = { start: 0, end: bytes.length }) {
  const size = Math.max(4, Math.ceil(bytes.length / 64))
  for (let at = start; at < Math.min(end, bytes.length); at += size)
    yield Buffer.from(bytes.subarray(at, Math.min(at + size, end)))
}

/** From the root, which is ''. */
function foldersAbove(path: string): string[] {
  const names = path.split('/').slice(0, -1)
  return ['', ...names.map((_, at) => names.slice(0, at + 1).join('/'))]
}
