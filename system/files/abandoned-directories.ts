// What killed runs have left in the folder for temporary files: each directory is named for the process that made it. Removed is only
// what is this user's alone, made by a process that has ended, and used by no process that lives, as a plugin outlives an octo
// that is killed. No link is followed and no other disk entered, and where others could move folders, nothing is touched.
import { opendirSync, readdirSync, readFileSync, realpathSync, rmdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { namesInUse } from '../process/names-in-use.ts'
import { hasEnded, nameOfThisProcess } from '../process/own-name.ts'
import { isOursAlone } from './own-folder.ts'
import { problemOfPath } from './owned-path.ts'

const PREFIX = 'octo-run-'
const NAME = /^octo-run-([0-9a-f]{8}-\d+-(\d+))-[A-Za-z0-9]{6}$/

/** A full folder for temporary files, or one that a plugin filled, must not keep a run waiting; the next one goes on. */
const MAX_SEEN = 10_000
const MAX_REMOVED = 10_000

/** What `mkdtemp` adds its letters to. Where the system does not tell processes apart, it names none, and nobody collects it. */
export function directoryPrefix(): string {
  try {
    return `${PREFIX}${nameOfThisProcess()}-`
  } catch {
    return PREFIX
  }
}

const collected = new Set<string>()

/** Once for each process. Never throws. */
export function collectAbandonedOnce(folder: string): void {
  if (collected.has(folder)) return
  collected.add(folder)
  collectAbandoned(folder)
}

/** Never throws. */
export function collectAbandoned(folder: string, maxRemoved = MAX_REMOVED): void {
  try {
    if (process.platform === 'linux' && problemOfPath(folder) === undefined) collect(realpathSync(folder), maxRemoved)
  } catch {
    // Whoever wants to write there is told.
  }
}

function collect(folder: string, maxRemoved: number): void {
  const ended = namesIn(folder).filter((name) => hasEnded(ownerOf(name)) && isOursAlone(join(folder, name)))
  if (ended.length === 0) return
  const [used, mounts] = [namesInUse(ended.map((name) => ({ name, since: startOf(name) }))), mountPlaces()]
  const budget = { left: maxRemoved }
  for (const path of ended.filter((name) => !used.has(name)).map((name) => join(folder, name)))
    if (!mounts.some((place) => place === path || place.startsWith(`${path}/`))) remove(path, budget)
}

function namesIn(folder: string): readonly string[] {
  using entries = opendirSync(folder, { bufferSize: 256 })
  const found: string[] = []
  for (let seen = 0; seen < MAX_SEEN; seen++) {
    const entry = entries.readSync()
    if (entry === null) break
    if (NAME.test(entry.name)) found.push(entry.name)
  }
  return found
}

function ownerOf(name: string): string {
  return NAME.exec(name)?.[1] ?? ''
}

function startOf(name: string): string {
  return NAME.exec(name)?.[2] ?? '0'
}

/** Also those of the same disk, as `mount --bind` makes them. */
function mountPlaces(): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((place) => place.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))))
}

/** What a plugin locked stays, and what is more than the budget is left to the next run. */
function remove(folder: string, budget: { left: number }): void {
  try {
    removeTree(folder, budget)
  } catch {
    // The system empties its folder for temporary files.
  }
}

function removeTree(folder: string, budget: { left: number }): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (budget.left <= 0) return
    const path = join(folder, entry.name)
    if (entry.isDirectory()) removeTree(path, budget)
    else unlinkSync(path)
    budget.left--
  }
  if (budget.left > 0) rmdirSync(folder)
}
