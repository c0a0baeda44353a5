// What may still be filled of the disk of the data directory.
import { statfs } from 'node:fs/promises'
import { coded } from '../../schemas/errors.ts'

/** Without an end where a file system makes room for files as they come. */
export type FreeSpace = { readonly bytes: number; readonly files: number }

/** A rest stays for the database. */
const MAX_RESERVE_BYTES = 64 * 1024 * 1024
const RESERVED_SHARE = 1 / 50

/** Throws IO_FAILED where the system does not say it, as of a folder that is gone. */
export async function measureSpace(folder: string): Promise<FreeSpace> {
  const { bavail, bsize, blocks, files, ffree } = await statfs(folder).catch((cause: NodeJS.ErrnoException) => {
    throw coded('IO_FAILED', {
      message: `the disk of the registry data does not say what may still be filled: ${cause.code ?? 'no reason is told'}`,
      details: { reason: cause.code },
      cause,
    })
  })
  const reserve = Math.min(MAX_RESERVE_BYTES, blocks * bsize * RESERVED_SHARE)
  return {
    bytes: Math.max(0, Math.floor(bavail * bsize - reserve)),
    files: files === 0 ? Number.POSITIVE_INFINITY : ffree,
  }
}
