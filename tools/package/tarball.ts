// Writes files as one .tar.gz, with its digest in a file beside it. Both depend on nothing but paths, contents and what is
// executable: the same input gives the same bytes on every machine.
import { createHash } from 'node:crypto'
import { createWriteStream, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { gzipStream } from '../../publisher/pack/gzip-stream.ts'
import type { TarFile } from '../../publisher/pack/tar-stream.ts'
import { tarStream } from '../../publisher/pack/tar-stream.ts'
import type { PackedFile } from './packed-file.ts'
import { below, bytesOf, inOrder, sizeOf } from './packed-file.ts'

type Tarball = { readonly file: string; readonly bytes: number; readonly sha256: string }

type TarballOptions = {
  readonly file: string
  /** The one folder that all files lie in. */
  readonly folder: string
  /** Seconds since 1970, of all files. */
  readonly epochSeconds: number
}

export async function writeTarball(
  files: readonly PackedFile[],
  { file, folder, epochSeconds }: TarballOptions,
): Promise<Tarball> {
  const packed = new Map(inOrder(below(folder, files)).map((each) => [each.path, each]))
  const entries = [...packed.values()].map(entryOf)
  const read = async function* ({ path }: TarFile) {
    const found = packed.get(path)
    if (found) yield bytesOf(found)
  }
  const hash = createHash('sha256')
  let bytes = 0
  await pipeline(
    gzipStream(tarStream(entries, { epochSeconds, read })),
    async function* (chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk)
        bytes += chunk.length
        yield chunk
      }
    },
    createWriteStream(file, { mode: 0o644 }),
  )
  const sha256 = hash.digest('hex')
  writeFileSync(`${file}.sha256`, `${sha256}  ${basename(file)}\n`)
  return { file, bytes, sha256 }
}

function entryOf(file: PackedFile): TarFile {
  const executable = file.executable === true
  return { source: '', path: file.path, size: sizeOf(file), startable: executable, executable }
}
