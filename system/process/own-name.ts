// A name for this process by which others can tell, also after it became another program, that it has ended. A number alone
// is given again: its start, its boot and its namespaces belong to the name. Light: a warm run loads it.
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { bootId } from '../boot-id.ts'
import { shortHash } from '../short-hash.ts'

const NAME = /^([0-9a-f]{8})-(\d{1,10})-(\d{1,20})$/

/** `WHERE-PID-START`; throws OS_FAILED where the system does not tell. */
export function nameOfThisProcess(): string {
  const [where, start] = [whereWeAre(), startOf(process.pid)]
  if (where === undefined || start === undefined)
    throw coded('OS_FAILED', { message: 'this process does not find itself below `/proc`' })
  return [where, process.pid, start].join('-')
}

/**
 * True when a name of nameOfThisProcess is that of a process that has ended. False in doubt, and for every process of another
 * boot, machine or container, which cannot be seen from here.
 */
export function hasEnded(name: string): boolean {
  if (!isSeenFromHere(name)) return false
  const [, , number, start] = NAME.exec(name) ?? []
  const found = startOf(Number(number))
  return found === undefined ? isGone(Number(number)) : found !== start
}

/** Whether the process is, or was, one of those that are seen from here: then hasEnded is in no doubt. */
export function isSeenFromHere(name: string): boolean {
  const [, where] = NAME.exec(name) ?? []
  return where !== undefined && where === whereWeAre()
}

let where: string | undefined
/** The same for all who see the same processes under the same numbers and times. Undefined when /proc shows those of others. */
function whereWeAre(): string | undefined {
  where ??= findWhere()
  return where
}

function findWhere(): string | undefined {
  if (readOr('/proc/self/stat')?.split(' ', 1)[0] !== String(process.pid)) return undefined
  return shortHash([bootId(), namespace('pid'), namespace('time')].join(' '))
}

/** Old kernels have no namespaces of times. */
function namespace(kind: string): string {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`)
  } catch {
    return ''
  }
}

/** In ticks since the boot. The name of a program, which comes before it, may hold blanks and brackets. */
function startOf(pid: number): string | undefined {
  const stat = readOr(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function readOr(path: string): string | undefined {
  try {
    // Asked first: an error takes longer than all the rest of a warm run.
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}

/** Where /proc hides the processes of others, which a plugin may be, a signal that does nothing tells. */
function isGone(pid: number): boolean {
  if (existsSync('/proc/1')) return !existsSync(`/proc/${pid}`)
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
