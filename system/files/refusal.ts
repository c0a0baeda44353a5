// A place that the file system keeps from this user, or that is none, is no defect of octo: which place it is, why, and what to do about it.
import { accessSync, constants, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'

/** IO_FAILED for a place that this user may not use so, or that cannot be one, any other error as it is. `hint` is the way round it, which a caller may know. */
export function explainRefusal(error: unknown, hint?: string): unknown {
  if (isCoded(error)) return error
  const failed = (error ?? {}) as NodeJS.ErrnoException & { readonly dest?: string }
  const { code: reason = '', path, dest, syscall } = failed
  if (syscall === 'uv_cwd') return explainNowhere(failed)
  if (['ELOOP', 'ENAMETOOLONG'].includes(reason)) return explainNoPlace(failed, hint)
  if (!['EACCES', 'EPERM', 'EROFS'].includes(reason)) return error
  // A program that may not be started has a path, too.
  if (path === undefined || syscall?.startsWith('spawn')) return error
  const wanted = resolve(dest ?? path)
  const place = nearestThere(wanted)
  return coded('IO_FAILED', {
    message: sentence(place, place === wanted, reason),
    details: { path: wanted, reason },
    hint: hint ?? waysOut(place, reason),
    cause: error,
  })
}

/** Node has no path to name: the folder has none any more, or none that this user can see. */
function explainNowhere(error: NodeJS.ErrnoException): unknown {
  const { code: reason } = error
  return coded('IO_FAILED', {
    message: `the working directory ${reason === 'ENOENT' ? 'was removed' : `has no path that this user can see (${reason})`}`,
    details: { reason },
    hint: 'change to a folder that is there; `cd "$PWD"` goes to one that was made anew under its name',
    cause: error,
  })
}

/** A checkout from elsewhere may bring a link to itself in the place of any file. */
function explainNoPlace(error: NodeJS.ErrnoException, hint?: string): unknown {
  const { code: reason, path } = error
  if (path === undefined) return error
  const isLoop = reason === 'ELOOP'
  const ways = isLoop ? `\`ls -l ${shellWord(path)}\` shows where it leads` : 'name a place with a shorter path'
  return coded('IO_FAILED', {
    message: `${quote(path)} ${isLoop ? 'is reached by links that lead back to themselves' : 'has a name that is too long for this file system'}`,
    details: { path, reason },
    hint: hint ?? ways,
    cause: error,
  })
}

/** Throws the same for a folder or file that is there and that this user may not read and write; `hint` as above. */
export function requireAccess(path: string, hint?: string): void {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  try {
    accessSync(path, constants.R_OK | constants.W_OK | (isFolder ? constants.X_OK : 0))
  } catch (error) {
    throw explainRefusal(error, hint)
  }
}

/** The path itself, or the last folder on the way to it that this user can see. */
function nearestThere(path: string): string {
  try {
    statSync(path)
    return path
  } catch {
    return dirname(path) === path ? path : nearestThere(dirname(path))
  }
}

function sentence(place: string, isWhole: boolean, reason: string): string {
  if (reason === 'EROFS') return `${quote(place)} is on a disk that is mounted read-only`
  if (reason === 'EPERM') return `the system does not let this user change ${quote(place)}`
  const isFolder = statSync(place, { throwIfNoEntry: false })?.isDirectory() === true
  if (isFolder && !mayUse(place, constants.X_OK)) return `this user may not look into folder ${quote(place)}`
  if (isWhole && !mayUse(place, constants.R_OK)) return `this user may not read ${quote(place)}`
  return `this user may not write to ${isFolder ? 'folder ' : ''}${quote(place)}`
}

function mayUse(place: string, how: number): boolean {
  try {
    accessSync(place, how)
    return true
  } catch {
    return false
  }
}

function waysOut(place: string, reason: string): string {
  if (reason === 'EROFS') return 'name a place on a disk that can be written, or mount this one so that it can'
  return `\`ls -ld ${shellWord(place)}\` shows whose it is: work as that user, or name another place`
}
