// What the operating system says about a file, in our words.
import type { CodedError } from '../../schemas/errors.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT'])
const SQLITE_FULL = 13

/** NO_SPACE or IO_FAILED with the cause; coded errors pass. */
export function explainDisk(error: unknown, path: string): CodedError {
  if (isCoded(error)) return error
  const { code, errcode } = error as { code?: string; errcode?: number }
  if (FULL.has(code ?? '') || errcode === SQLITE_FULL)
    return coded('NO_SPACE', {
      message: `no space is left for ${quote(path)}`,
      details: { path },
      hint: '`octo cache gc` removes what no known lockfile needs; OCTO_HOME puts the store elsewhere',
      cause: error,
    })
  return coded('IO_FAILED', {
    message: `${quote(path)} could not be used: ${code ?? (error instanceof Error ? error.message : 'unknown reason')}`,
    details: { path, ...(code ? { reason: code } : {}) },
    cause: error,
  })
}

/** Runs a file operation and translates what it throws. */
export function onDisk<Result>(path: string, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    throw explainDisk(error, path)
  }
}

export function isMissing(error: unknown): boolean {
  const { code } = error as { code?: string }
  return code === 'ENOENT' || code === 'ENOTDIR'
}
