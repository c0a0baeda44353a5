// A small file that somebody else may have made, in a checkout or in a folder that was sent: a pipe in its place would keep whoever reads
// waiting for ever, and a link to a device would fill the memory.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { isErrno } from '../errno.ts'

/** Throws IO_FAILED for what is no file, LIMIT_EXCEEDED, and what the system throws. */
export function readPlainFile(path: string, maxBytes: number): Buffer {
  const file = openPlain(path)
  try {
    const found = fstatSync(file)
    if (!found.isFile()) throw noFile(path)
    // One more than is allowed; what the system says of the size is a guess, as files grow, and those of `/proc` have none.
    let bytes = Buffer.alloc(Math.min(found.size, maxBytes) + 1)
    let length = 0
    for (let read = -1; read !== 0 && length <= maxBytes; length += read) {
      if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(2 * length, maxBytes + 1))
      read = readSync(file, bytes, length, bytes.length - length, null)
    }
    if (length <= maxBytes) return bytes.subarray(0, length)
    throw tooLarge(path, maxBytes)
  } finally {
    closeSync(file)
  }
}

/** A socket is not even opened. */
function openPlain(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw isErrno(error, 'ENXIO', 'EOPNOTSUPP') ? noFile(path) : error
  }
}

export function noFile(path: string): Error {
  return coded('IO_FAILED', { message: `${quote(path)} is not a file`, details: { path } })
}

export function tooLarge(path: string, limit: number): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `${quote(path)} is larger than ${limit} bytes`,
    details: { path, limit },
  })
}
