// Writes a tar whose bytes depend on nothing but paths, contents and the executable bit: no owner, no times of this
// machine, no folder entries, no links; long or non-ASCII paths in a PAX header.
import { Header, Pax } from 'tar'
import type { ListedFile } from './list-files.ts'

export type TarFile = Omit<ListedFile, 'isIdleScript'> & { readonly executable: boolean }

type TarOptions = {
  /** Seconds since 1970 for every entry. */
  readonly epochSeconds: number
  /** Content of a file, exactly `size` bytes. */
  readonly read: (file: TarFile) => AsyncIterable<Uint8Array>
}

const BLOCK = 512

/** The whole tar, end marker included; files are written in the order given. */
export async function* tarStream(files: readonly TarFile[], options: TarOptions): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    yield headerOf(file, options.epochSeconds)
    yield* options.read(file)
    const rest = file.size % BLOCK
    if (rest > 0) yield Buffer.alloc(BLOCK - rest)
  }
  yield Buffer.alloc(2 * BLOCK)
}

function headerOf({ path, size, executable }: TarFile, epochSeconds: number): Buffer {
  const fields = { path, size, mode: executable ? 0o755 : 0o644, mtime: new Date(epochSeconds * 1000) }
  const block = Buffer.alloc(BLOCK)
  // The header says itself whether a value did not fit; ASCII is asked for because old readers guess the encoding.
  const needsPax = new Header({ ...fields, type: 'File' }).encode(block) || !/^[\x20-\x7e]*$/.test(path)
  return needsPax ? Buffer.concat([new Pax(fields).encode(), block]) : block
}
