// Names of files that are not whole yet. Each says which process writes it, so that whoever writes the same file later can take
// away what killed writers left beside it, and nothing that anybody still writes.
import { randomBytes } from 'node:crypto'
import { lstatSync, opendirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DAY_MS } from '../../schemas/duration.ts'
import { hasEnded, isSeenFromHere, nameOfThisProcess } from '../process/own-name.ts'

/** Names of files have 255 bytes at most, and these digits have to be among them. */
const NAME_LENGTH = 40
const REST = /^(?:([0-9a-f]{8}-\d{1,10}-\d{1,20})-)?[0-9a-f]{12}$/

/** e.g. `.octo.lock.81b6d3e0-4711-123456-2c26b46b68ff`; where processes cannot be told apart, without the three in the middle. */
export function stagedPath(folder: string, name: string): string {
  const digits = randomBytes(6).toString('hex')
  const owner = ownName()
  return join(folder, `${prefixOf(name)}${owner === undefined ? '' : `${owner}-`}${digits}`)
}

let own: string | undefined
function ownName(): string | undefined {
  try {
    own ??= nameOfThisProcess()
  } catch {
    // Only Linux tells.
  }
  return own
}

function prefixOf(name: string): string {
  return `${name.slice(0, NAME_LENGTH)}.`
}

/** In a folder of ten thousand files, looking at all takes longer than writing one. */
const MAX_LOOKED_AT = 4096
const MAX_REMOVED = 16

/** What killed processes left of this file. `nowMs` is by the clock of the file system. Never throws. */
export function removeAbandoned(folder: string, name: string, nowMs: number): void {
  let removed = 0
  try {
    for (const { path, owner } of stagedIn(folder, prefixOf(name))) {
      if (!isAbandoned(path, owner, nowMs)) continue
      rmSync(path, { force: true })
      if (++removed === MAX_REMOVED) return
    }
  } catch {
    // Whoever may not look into the folder, or remove from it, leaves it as it is.
  }
}

type Staged = { readonly path: string; readonly owner: string | undefined }

function* stagedIn(folder: string, prefix: string): Generator<Staged> {
  const opened = opendirSync(folder, { bufferSize: 256 })
  try {
    for (let looked = 0; looked < MAX_LOOKED_AT; looked++) {
      const name = opened.readSync()?.name
      if (name === undefined) return
      const rest = name.startsWith(prefix) ? REST.exec(name.slice(prefix.length)) : null
      if (rest) yield { path: join(folder, name), owner: rest[1] }
    }
  } finally {
    opened.closeSync()
  }
}

/**
 * Of a process of another boot, container or machine, or of an octo that did not yet say whose its files are, nobody knows
 * whether it has ended: but no writer takes a day for a small file.
 */
function isAbandoned(path: string, owner: string | undefined, nowMs: number): boolean {
  if (owner !== undefined && isSeenFromHere(owner) && !hasEnded(owner)) return false
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (!stat?.isFile() || stat.uid !== (process.getuid?.() ?? stat.uid)) return false
  return (owner !== undefined && isSeenFromHere(owner)) || nowMs - stat.mtimeMs > DAY_MS
}
