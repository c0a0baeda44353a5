// What `octo doctor` asks of the client: the store, the lockfile and the repos of a config, without changing what they hold.
import type { CodedError } from '../../schemas/errors.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { Lockfile } from '../../schemas/lockfile.ts'
import { quote } from '../../schemas/quote.ts'
import type { ClientOptions } from '../api.ts'
import { openContext } from '../context.ts'
import { readLock } from '../lockfile/file.ts'
import type { ExaminedRepo } from './examine-repos.ts'
import { examineRepos } from './examine-repos.ts'
import { listPlugins } from './inspect.ts'

export type Examined = {
  readonly lockfile: ExaminedLockfile
  /** Empty where nothing may be asked. */
  readonly repos: readonly ExaminedRepo[]
}

export type ExaminedLockfile =
  | { readonly state: 'refused'; readonly error: CodedError }
  | { readonly state: 'absent' }
  | {
      readonly state: 'read'
      /** Names of plugins that the config asks for and it does not answer. */
      readonly missing: readonly string[]
      readonly count: number
    }

/** Throws STORE_UNSAFE. */
export async function examine(options: ClientOptions): Promise<Examined> {
  const context = openContext(options)
  using _network = context.network
  const [found, lock] = readState(options.lockPath)
  const lockfile = await compared(found, lock, options)
  return { lockfile, repos: options.offline ? [] : await examineRepos(lock, context) }
}

function readState(path: string): readonly [ExaminedLockfile, Lockfile | undefined] {
  try {
    const lock = readLock(path)
    return [lock ? { state: 'read', missing: [], count: Object.keys(lock.plugins).length } : { state: 'absent' }, lock]
  } catch (error) {
    return [{ state: 'refused', error: codedError(error, path) }, undefined]
  }
}

async function compared(
  found: ExaminedLockfile,
  lock: Lockfile | undefined,
  options: ClientOptions,
): Promise<ExaminedLockfile> {
  if (found.state !== 'read') return found
  const offline = openContext({ ...options, offline: true })
  using _network = offline.network
  const listed = await listPlugins(lock, offline)
  return { ...found, missing: listed.filter(({ gap }) => gap !== undefined).map(({ question }) => question.plugin) }
}

function codedError(error: unknown, path: string): CodedError {
  if (isCoded(error)) return error
  return coded('IO_FAILED', { message: `${quote(path)} cannot be read`, cause: error })
}
