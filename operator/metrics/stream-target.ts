// Reports into what is no file of its own: a device, a pipe, or what this process has open. It is written to and never replaced nor
// emptied: root would take `/dev/null` from the whole machine, and `--junit /dev/stdout >> build.log` all that the log held.
import { constants, lstatSync, openSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { Socket } from 'node:net'
import { finished } from 'node:stream/promises'
import { isOpenFile } from './former-report.ts'

/** A device or pipe, or a name of the system for one; a link elsewhere is nobody's word for what it leads to. */
export function isStream(path: string): boolean {
  if (isOpenFile(path)) return true
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found !== undefined && !found.isFile() && !found.isSymbolicLink() && !found.isDirectory()
}

/** Throws what the system throws: ENXIO for a pipe that nobody reads, EPIPE once nobody does any more. */
export async function writeToStream(path: string, text: string): Promise<void> {
  if (isPipe(path)) return await writeToPipe(path, text)
  await using stream = await open(path, 'a')
  await stream.writeFile(text)
}

/** Opened once, without waiting: whoever opened it again would wait for ever where its reader has gone meanwhile. A full one is waited for. */
async function writeToPipe(path: string, text: string): Promise<void> {
  const pipe = new Socket({ fd: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK), readable: false })
  await finished(pipe.end(text))
}

/** Also behind a link. */
export function isPipe(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() === true
}
