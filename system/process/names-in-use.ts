// Which folders a living process still uses, by names that nothing else has: one that it works in, has open, listens in, or was told
// of by its words or its environment. Whoever is in doubt says that it is used. Read from /proc, which Linux has.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { isErrno } from '../errno.ts'
import { isChanging, patiently, readEnvironment } from './environment.ts'
import type { ProcessStat } from './identity.ts'
import { environmentState, isLiving, statOf } from './identity.ts'

type Named = {
  readonly name: string
  /** When the process that made it began, in ticks since the boot: one that began earlier was not started by it. */
  readonly since: string
}

/** Looking at a process with many open files, or at many processes, must not keep a run waiting. */
const MAX_LOOKS = 50_000
/** Processes that begin while others are looked at are looked at as well; where that has no end, as on no machine yet, nobody can say. */
const MAX_ROUNDS = 100

/** Never throws. */
export function namesInUse(names: readonly Named[], maxLooks = MAX_LOOKS): ReadonlySet<string> {
  const search = new Search(names, maxLooks)
  try {
    // Where the first process is hidden, others are too.
    if (existsSync('/proc/1') && search.isComplete()) return search.used
  } catch {
    // In doubt.
  }
  return new Set(names.map(({ name }) => name))
}

class Search {
  readonly used = new Set<string>()
  readonly #names: readonly Named[]
  readonly #seen = new Set<string>()
  /** Those that showed no environment, as they were looked at last. */
  #changing: ProcessStat[] = []
  #looks: number

  constructor(names: readonly Named[], maxLooks: number) {
    this.#names = names
    this.#looks = maxLooks
  }

  /** Looks at every process; false where these are too many. */
  isComplete(): boolean {
    this.#note(readFileSync('/proc/net/unix'))
    const { isComplete, changing } = patiently(() => this.#look())
    // What one that is ending has open was seen, and it runs nothing any more.
    for (const { pid } of changing) if (environmentState(pid) !== 'ending') this.#doubt(pid)
    return isComplete
  }

  #look() {
    const again = this.#changing
    this.#changing = []
    for (const { pid } of again) this.#doubting(pid, () => this.#noteWords(pid))
    const isComplete = this.#lookAtFresh()
    return { isComplete, changing: isComplete ? this.#changing : [] }
  }

  #lookAtFresh(): boolean {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const fresh = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && !this.#seen.has(name))
      if (fresh.length === 0) return true
      for (const pid of fresh) {
        this.#seen.add(pid)
        this.#doubting(Number(pid), () => this.#lookAt(Number(pid)))
        if (this.#looks <= 0) return false
      }
    }
    return false
  }

  #lookAt(pid: number): void {
    const folder = `/proc/${pid}`
    this.#looks--
    this.#noteWords(pid)
    for (const link of ['cwd', 'root', 'exe']) this.#noteLink(`${folder}/${link}`)
    const open = readdirSync(`${folder}/fd`)
    this.#looks -= open.length
    if (this.#looks > 0) for (const number of open) this.#noteLink(`${folder}/fd/${number}`)
  }

  #noteWords(pid: number): void {
    const [words, environment] = [readFileSync(`/proc/${pid}/cmdline`), readEnvironment(pid)]
    for (const text of [words, environment]) this.#note(text)
    const stat = environment.length > 0 ? undefined : statOf(pid)
    if (stat && isChanging(stat, environment) && isOfThisUser(pid)) this.#changing.push(stat)
  }

  /** One that has ended uses nothing. */
  #doubting(pid: number, look: () => void): void {
    try {
      look()
    } catch (error) {
      if (isErrno(error, 'EACCES', 'EPERM')) this.#doubt(pid)
      else if (!isErrno(error, ...GONE)) throw error
    }
  }

  /** One that took other rights, or keeps its memory to itself, is still named as of the user who started it. */
  #doubt(pid: number): void {
    const stat = statOf(pid)
    if (!stat || !isLiving(stat) || !isOfThisUser(pid)) return
    for (const { name, since } of this.#names) if (BigInt(stat.start) >= BigInt(since)) this.used.add(name)
  }

  /** What is closed meanwhile is used no more, and the kernel's own processes have no program. */
  #noteLink(path: string): void {
    try {
      this.#note(readlinkSync(path))
    } catch (error) {
      if (!isErrno(error, ...GONE)) throw error
    }
  }

  #note(text: string | Buffer): void {
    for (const { name } of this.#names) if (text.includes(name)) this.used.add(name)
  }
}

const GONE = ['ENOENT', 'ESRCH'] as const

function isOfThisUser(pid: number): boolean {
  const [, numbers = ''] = /^Uid:\t(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
  return numbers.split('\t').includes(String(process.getuid?.()))
}
