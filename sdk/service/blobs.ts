// Bytes between host and plugin: as files, each saying where the other finds them. What a plugin writes for its host goes with
// the plugin's process.
import type { ReadStream } from 'node:fs'
import { createReadStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import type { Location } from '../../schemas/contract/ocm/values.ts'
import { CallError } from './call-error.ts'

export type { Location }

export type Bytes = string | Uint8Array | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>

type Described = { readonly mediaType?: string | undefined }

export type Files = {
  /** A file of the plugin, for its user alone, that is gone when the plugin has ended. */
  write(bytes: Bytes, described?: Described): Promise<Location>
  /** A path for a file that another program writes, with its location. It is gone when the plugin has ended. */
  path(described?: Described): { readonly path: string; readonly location: Location }
}

const OWNER_ONLY = 0o600
const BAD_REQUEST = 400

export function createFiles(folder: string): Files {
  let count = 0
  const next: Files['path'] = (described = {}) => {
    count += 1
    const path = join(folder, `blob${count}`)
    return { path, location: locationOf(path, described) }
  }
  return {
    path: next,
    async write(bytes, described) {
      const { path, location } = next(described)
      await writeFile(path, bytes, { flag: 'wx', mode: OWNER_ONLY })
      return location
    },
  }
}

/** Of a file that is there already and that nobody removes. */
export function locationOf(path: string, { mediaType }: Described = {}): Location {
  return { type: 'localFile', value: resolve(path), ...(mediaType === undefined ? {} : { mediaType }) }
}

/** The path of what a host gave; throws a CallError for other places than files. */
export function pathOf({ type, value }: Location): string {
  if (type !== 'localFile')
    throw new CallError(`unsupported location type: expected localFile, found ${type}`, BAD_REQUEST)
  if (!isAbsolute(value)) throw new CallError(`expected an absolute path in the location, found ${value}`, BAD_REQUEST)
  return value
}

export async function readLocation(location: Location): Promise<Buffer> {
  return await readFile(pathOf(location))
}

export function streamLocation(location: Location): ReadStream {
  return createReadStream(pathOf(location))
}
