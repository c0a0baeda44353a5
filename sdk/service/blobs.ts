// Bytes between host and plugin: as files, each saying where the other finds them, written and read as streams. What a call does not
// hand over goes when the call is over, and what it does, with the plugin's process where the host has not taken it.
import type { ReadStream } from 'node:fs'
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Location } from '../../schemas/contract/ocm/values.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { CallError } from './call-error.ts'

export type { Location }

/** Streams of Node and of the web are such, too. */
export type Bytes = string | Uint8Array | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>

type Described = { readonly mediaType?: string | undefined }
/** `through`: what the bytes go through on their way, one after the other, such as `createGzip()`. */
type Written = Described & { readonly through?: readonly Duplex[] }

export type Files = {
  /**
   * A file of the plugin, for its user alone. Bytes that come as a stream are never in memory as a whole. Rejects with a CallError
   * for more than the plugin takes; nothing is left of what failed.
   */
  write(bytes: Bytes, written?: Written): Promise<Location>
  /** A path for a file that another program writes, with its location. */
  path(described?: Described): { readonly path: string; readonly location: Location }
}

/** Those of one call. */
export type CallFiles = Files & {
  /** The call is over: all goes that its answer does not name, and all of a call without one. */
  release(answer: string | undefined): Promise<void>
}

const OWNER_ONLY = 0o600
const BAD_REQUEST = 400
const TOO_LARGE = 413
const MAX_BLOB_BYTES = 16 * 1024 ** 3

/** Gives the files of each call, which is given up when its signal is aborted. */
export function openFiles(folder: string, maxBytes = MAX_BLOB_BYTES): (signal: AbortSignal) => CallFiles {
  let count = 0
  return (signal) => {
    const own = new Set<string>()
    const next: Files['path'] = (described = {}) => {
      count += 1
      const path = join(folder, `blob${count}`)
      own.add(path)
      return { path, location: locationOf(path, described) }
    }
    return {
      path: next,
      async write(bytes, { through = [], ...described } = {}) {
        const { path, location } = next(described)
        try {
          const to = createWriteStream(path, { flags: 'wx', mode: OWNER_ONLY })
          await pipeline([chunksOf(bytes), ...through, atMost(maxBytes), to] as const, { signal })
          return location
        } catch (error) {
          await remove(path)
          throw error
        }
      },
      async release(answer) {
        await Promise.all([...own].filter((path) => answer === undefined || !names(answer, path)).map(remove))
      },
    }
  }
}

/** A text is one piece, and not its letters. */
function chunksOf(bytes: Bytes): AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string> {
  return typeof bytes === 'string' || bytes instanceof Uint8Array ? [bytes] : bytes
}

function atMost(maxBytes: number) {
  return async function* counted(chunks: AsyncIterable<Uint8Array | string>) {
    let size = 0
    for await (const chunk of chunks) {
      size += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length
      if (size > maxBytes) throw new CallError(`expected a blob of at most ${maxBytes} bytes`, TOO_LARGE)
      yield chunk
    }
  }
}

/** The file itself, or what lies below it: another program may make a folder of it. */
function names(answer: string, path: string): boolean {
  const quoted = JSON.stringify(path).slice(0, -1)
  return answer.includes(`${quoted}"`) || answer.includes(`${quoted}/`)
}

/** What cannot be removed goes with the folder of the process. */
async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined)
}

/** Of a file that is there already and that nobody removes. */
export function locationOf(path: string, { mediaType }: Described = {}): Location {
  return { type: 'localFile', value: resolve(path), ...omitUndefined({ mediaType }) }
}

/** The path of what a host gave; throws a CallError for other places than files. */
export function pathOf({ type, value }: Location): string {
  if (type !== 'localFile')
    throw new CallError(`unsupported location type: expected localFile, found ${type}`, BAD_REQUEST)
  if (!isAbsolute(value)) throw new CallError(`expected an absolute path in the location, found ${value}`, BAD_REQUEST)
  return value
}

/** All at once: for what is known to be small. */
export async function readLocation(location: Location): Promise<Buffer> {
  return await readFile(pathOf(location))
}

export function streamLocation(location: Location): ReadStream {
  return createReadStream(pathOf(location))
}
