// The file that a plugin answered with, as a stream: it is opened, and where it is the plugin's own, has no name from then on, so that
// nothing is left of it however this process and the plugin end.
import type { ReadStream } from 'node:fs'
import { closeSync, constants, createReadStream, fstatSync, openSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { blobsOf } from '../../../schemas/contract/ocm/endpoints.ts'
import type { Location } from '../../../schemas/contract/ocm/values.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { onDisk } from '../../../system/files/errors.ts'
import type { Route } from '../request/routing.ts'
import { asPromised, statedDigest } from './answered-bytes.ts'
import { answeredFile, noFile } from './answered-file.ts'

/** Closed when it is disposed of, whether it was read or not. */
export type OpenedBlob = Disposable & {
  readonly mediaType: string | undefined
  readonly size: number
  /** Once. Only a piece of it is in memory. Ends with PLUGIN_ANSWER_INVALID where the bytes are not what the answer says they are. */
  stream(): Readable
}

/** Throws ARGUMENTS_INVALID for a call that is answered without a file. */
export function requireFile({ name, endpoint }: Route): void {
  if (blobsOf(endpoint).given !== undefined) return
  throw coded('ARGUMENTS_INVALID', {
    message: `the answer to ${quote(name)} is no file, whose bytes could be had`,
    details: { endpoint: name },
  })
}

/** Undefined for an answer without a file. Throws PLUGIN_ANSWER_INVALID or IO_FAILED. */
export function openBlob(answer: unknown, folder: string): OpenedBlob | undefined {
  const found = answeredFile(answer, folder)
  if (!found) return undefined
  const { location, file, isOwn } = found
  // A pipe that was put in its place would let us wait for ever.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  const descriptor = onDisk(file, () => openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK))
  const stat = fstatSync(descriptor)
  if (isOwn) rmSync(file, { force: true })
  if (stat.isFile()) return opened(descriptor, stat.size, answer as Answer)
  closeSync(descriptor)
  throw noFile(location.value)
}

type Answer = { readonly location: Location }

function opened(descriptor: number, size: number, answer: Answer): OpenedBlob {
  const { mediaType, value: file } = answer.location
  /** Closes it by itself, and behind what it still reads: closed twice, its number could be another file's by then. */
  let reading: ReadStream | undefined
  let given: Readable | undefined
  return {
    mediaType,
    size,
    stream() {
      reading = createReadStream('', { fd: descriptor })
      given = Readable.from(asPromised(reading, { file, size, digest: statedDigest(answer) }), { objectMode: false })
      return given
    },
    [Symbol.dispose]() {
      given?.destroy()
      if (reading) reading.destroy()
      else closeSync(descriptor)
    },
  }
}
