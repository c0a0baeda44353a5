// A file that somebody named: what is none, or none that can be used, is told with what to do. A pipe that has a name is never waited
// for; what a shell opened for octo, as for `<(command)` and `/dev/stdin`, is read to its end.
import { fstatSync, lstatSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs'
import { coded, withHint } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { ignoring, isErrno } from '../errno.ts'
import { standStill } from '../stand-still.ts'
import { explainDisk, isMissing } from './errors.ts'
import { noFile, readPlainFile, tooLarge } from './read-plain-file.ts'

type Given = {
  /** `public key file`. */
  readonly what: string
  readonly maxBytes: number
  /** How to name or make another one. */
  readonly hint: string
}

/** Throws FILE_NOT_FOUND, IO_FAILED for what is no file or not for this user, and LIMIT_EXCEEDED. */
export function readGivenFile(path: string, { what, maxBytes, hint }: Given): Buffer {
  try {
    return readGivenBytes(path, maxBytes)
  } catch (error) {
    if (isMissing(error) || isErrno(error, 'EBADF'))
      throw coded('FILE_NOT_FOUND', {
        message: `${what} ${quote(path)} cannot be read: nothing is there`,
        details: { path },
        hint,
        cause: error,
      })
    const explained = explainDisk(error, path)
    throw explained.hint === undefined ? withHint(explained, hint) : explained
  }
}

/** The same without words for people. Throws as `readPlainFile` does. */
export function readGivenBytes(path: string, maxBytes: number): Buffer {
  const number = descriptorOf(path)
  return number === undefined ? readPlainFile(path, maxBytes) : readToItsEnd(number, { path, maxBytes })
}

/** The number of a descriptor that a shell opened for octo; it gives what it holds once. */
export function descriptorOf(path: string): number | undefined {
  const [, number = path === '/dev/stdin' ? '0' : undefined] = DESCRIPTOR.exec(path) ?? []
  return number === undefined ? undefined : Number(number)
}

/** The file that is named or open there, by the path that people change it by; undefined where nothing tells. Linux does. */
export function fileBehind(path: string): string | undefined {
  const number = descriptorOf(path)
  if (number === undefined) return path
  const target = targetOf(String(number))
  const found = target === undefined ? undefined : statSync(target, { throwIfNoEntry: false })
  const { dev, ino } = fstatSync(number)
  return found?.dev === dev && found.ino === ino ? target : undefined
}

/** By its own name alone: a link that leads there may lie in a checkout of somebody else. */
const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/
const WAIT_MS = 5

function readToItsEnd(descriptor: number, { path, maxBytes }: { path: string; maxBytes: number }): Buffer {
  requireEnd(descriptor, path)
  const bytes = Buffer.alloc(maxBytes + 1)
  for (let length = 0; length <= maxBytes; ) {
    const read = readWhenThere(descriptor, bytes.subarray(length))
    if (read === 0) return bytes.subarray(0, length)
    length += read
  }
  throw tooLarge(path, maxBytes)
}

/** Where a wrong number was typed, octo's own descriptors stand: those that Node waits with have no end. Throws IO_FAILED. */
function requireEnd(descriptor: number, path: string): void {
  const found = fstatSync(descriptor)
  if (found.isFIFO() && isOwnPipe(descriptor)) throw noFile(path)
  if (found.isFile() || found.isFIFO() || found.isSocket() || found.isCharacterDevice()) return
  throw noFile(path)
}

const OWN_FILES = '/proc/self/fd'

/** The end that would have to be closed is here as well: Node opens such pipes, and nobody ever writes into them. Linux tells. */
function isOwnPipe(descriptor: number): boolean {
  const target = targetOf(String(descriptor))
  if (target === undefined) return false
  return readdirSync(OWN_FILES).some((other) => targetOf(other) === target && mayWrite(other))
}

function targetOf(descriptor: string): string | undefined {
  try {
    return readlinkSync(`${OWN_FILES}/${descriptor}`)
  } catch {
    return undefined
  }
}

function mayWrite(descriptor: string): boolean {
  return ((lstatSync(`${OWN_FILES}/${descriptor}`, { throwIfNoEntry: false })?.mode ?? 0) & 0o200) !== 0
}

/** Whoever opened it may have said that nobody waits for it. */
function readWhenThere(descriptor: number, room: Buffer): number {
  for (;;)
    try {
      return readSync(descriptor, room)
    } catch (error) {
      ignoring('EAGAIN')(error)
      standStill(WAIT_MS)
    }
}
