// What the operating system says about a file, in our words.
import type { CodedError } from '../../schemas/errors.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { isErrno } from '../errno.ts'
import { explainRefusal } from './refusal.ts'

/** What a person can do about the disk; whoever owns the file knows it. */
export type DiskWords = { readonly whenFull?: string }

const SQLITE_FULL = 13

/** NO_SPACE or IO_FAILED with the cause, which names the folder that is closed to this user and the way round it; coded errors pass. */
export function explainDisk(error: unknown, path: string, { whenFull }: DiskWords = {}): CodedError {
  if (isCoded(error)) return error
  const { code, errcode } = error as { code?: string; errcode?: number }
  if (isFull(error) || errcode === SQLITE_FULL)
    return coded('NO_SPACE', {
      message: `no space is left for ${quote(path)}`,
      details: { path },
      hint: whenFull,
      cause: error,
    })
  const refused = explainRefusal(error)
  if (isCoded(refused)) return refused
  return coded('IO_FAILED', {
    message: `${quote(path)} could not be used: ${code ?? (error instanceof Error ? error.message : 'unknown reason')}`,
    details: { path, ...(code ? { reason: code } : {}) },
    cause: error,
  })
}

/** Runs a file operation and translates what it throws. */
export function onDisk<Result>(path: string, act: () => Result, words?: DiskWords): Result {
  try {
    return act()
  } catch (error) {
    throw explainDisk(error, path, words)
  }
}

/** Nothing is at the path: the file is not there, or a file stands where a folder on the way should be. */
export function isMissing(error: unknown): boolean {
  return isErrno(error, 'ENOENT', 'ENOTDIR')
}

/** The disk is full, or this user's share of it, for which Node has no name on Linux: it says "Unknown system error -122". */
export function isFull(error: unknown): boolean {
  return isErrno(error, 'ENOSPC', 'EDQUOT') || isOverQuota(error)
}

function isOverQuota(error: unknown): boolean {
  const { errno } = (error ?? {}) as NodeJS.ErrnoException
  return errno !== undefined && errno === -process.getBuiltinModule('node:os').constants.errno.EDQUOT
}
