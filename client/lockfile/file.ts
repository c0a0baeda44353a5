// octo.lock on disk: read whole or not at all, written by replacing, and never over what another process added meanwhile.
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { coded, isCoded, withHint } from '../../schemas/errors.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { LockedPlugin, Lockfile } from '../../schemas/lockfile.ts'
import { LOCK_FORMAT, parseLockfile, renderLockfile } from '../../schemas/lockfile.ts'
import { quote } from '../../schemas/quote.ts'
import { isErrno } from '../../system/errno.ts'
import { readIfThere, replaceFile } from '../../system/files/atomic-file.ts'
import { explainDisk } from '../../system/files/errors.ts'
import { takeLock } from '../../system/process-lock.ts'
import { STORE_DISK } from '../store/disk.ts'
import type { Layout } from '../store/layout.ts'

export const EMPTY_LOCK: Lockfile = { format: LOCK_FORMAT, plugins: {} }

/** Undefined when there is none; throws JSON_INVALID or FORMAT_INVALID. */
export function readLock(path: string): Lockfile | undefined {
  try {
    const text = readIfThere(path)
    return text === undefined ? undefined : parseLockfile(text, path)
  } catch (error) {
    throw isCoded(error) && error.hint === undefined ? withHint(error, HOW_TO_MEND) : error
  }
}

const HOW_TO_MEND = 'restore it from version control, or delete it and run `octo lock`'
const HOW_TO_WRITE = 'commit a lockfile that covers the config, or name one that can be written with `--lock FILE`'

type LockEdit = {
  readonly set: readonly LockedPlugin[]
  /** Names that stay; undefined keeps all. */
  readonly keepOnly?: ReadonlySet<string>
}

/** Applies the edit to the lockfile as it is now and returns the result; an edit that changes nothing writes nothing. */
export async function editLock(layout: Layout, path: string, { set, keepOnly }: LockEdit): Promise<Lockfile> {
  const guard = join(layout.locks, `lockfile-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.lock`)
  using _lock = await takeLock({ path: guard, mode: 'exclusive', subject: path, ...STORE_DISK })
  const before = readLock(path)
  // One name comes from one repo, so an entry replaces that of the same name from another repo.
  const replaced = new Set(set.map(({ plugin }) => plugin))
  const kept = Object.entries(before?.plugins ?? {}).filter(
    ([name, { plugin }]) => !replaced.has(plugin) && (keepOnly?.has(name) ?? true),
  )
  const plugins = Object.fromEntries([...kept, ...set.map((entry) => [nameOf(entry), entry] as const)])
  const after: Lockfile = { format: LOCK_FORMAT, plugins }
  if (!before || renderLockfile(before) !== renderLockfile(after))
    await replace(path, readable(renderLockfile(after), path))
  return after
}

export function nameOf({ repo, plugin }: LockedPlugin): string {
  return `${repo}/${plugin}`
}

/** A lockfile that cannot be read again would stop every command from then on, so it is read before it is kept. */
function readable(text: string, path: string): string {
  const size = Buffer.byteLength(text)
  if (size > LIMITS.lockfileBytes)
    throw coded('LIMIT_EXCEEDED', {
      message: `lockfile ${quote(path)} would be too large, expected at most ${LIMITS.lockfileBytes} bytes, found ${size}`,
      details: { path, expected: LIMITS.lockfileBytes, found: size },
      hint: 'split the config into several, each with a lockfile of its own',
    })
  parseLockfile(text, path)
  return text
}

/** As the one before; a new one is for everybody to read and nobody else to write, whatever the umask says. */
function modeOf(path: string): number {
  const before = statSync(path, { throwIfNoEntry: false })
  return before ? before.mode & 0o777 : 0o644
}

async function replace(path: string, text: string): Promise<void> {
  try {
    await replaceFile(path, text, { mode: modeOf(path) })
  } catch (error) {
    const explained = explainDisk(error, path, STORE_DISK)
    throw isErrno(error, 'EACCES', 'EPERM', 'EROFS') ? withHint(explained, HOW_TO_WRITE) : explained
  }
}
