// What is known of the instances of a project, line after line: each change is written before anybody hears of it, so that the
// next supervisor finds what this one started, however this one ends. What counts after the machine itself has ended is on disk by then.
import { closeSync, fdatasyncSync, openSync, readFileSync } from 'node:fs'
import type { RestartRule, StopRule } from '../../../config/model/service-spec.ts'
import { bootId } from '../../../system/boot-id.ts'
import { replaceFile, replaceOpen, writeAll } from '../../../system/files/atomic-file.ts'
import { explainDisk, isMissing } from '../../../system/files/errors.ts'
import type { Instance } from '../life/lifecycle.ts'
import { isAtRest } from '../life/lifecycle.ts'
import type { Fields } from '../specs/digests.ts'
import { refuseUnreadable } from './unreadable-journal.ts'

/** What has to be known of a service to stop it, without its config. */
export type KnownService = {
  /** Of everything that it is run with. */
  readonly digest: string
  /** Marks of its parts, and of what takes effect while it runs; earlier versions noted none. */
  readonly fields?: Fields
  readonly settings?: Fields
  readonly waitsFor: readonly string[]
  readonly stop: StopRule
  readonly restart: RestartRule
  readonly replicas: number
  /** Where its program came from, and the digest of that, where it is no program of this machine. */
  readonly program?: ProgramOrigin
  /** The digest with which its `init` has passed. */
  readonly preparedFor?: string
  /** Somebody stopped it, and nobody started it since: a restart of the machine does not start it where it is `unless-stopped`. */
  readonly isStopped?: true
}

/** One of which nothing was noted. */
export const UNKNOWN_SERVICE: KnownService = {
  digest: '',
  waitsFor: [],
  replicas: 1,
  restart: { policy: 'no' },
  stop: { signal: 'SIGTERM', timeoutMs: 10_000, target: 'main' },
}

export type Known = {
  readonly services: ReadonlyMap<string, KnownService>
  /** By `service.replica`, each with the boot that it is about. */
  readonly instances: ReadonlyMap<string, { readonly boot: string; readonly instance: Instance }>
}

export type ProgramOrigin = { readonly from: string; readonly digest: string }

type Line =
  /** Says nothing: where it stands, nothing was lost. */
  | { readonly v: 1; readonly begun: true }
  | { readonly v: 1; readonly service: string; readonly is: KnownService }
  | { readonly v: 1; readonly forgetService: string }
  | { readonly v: 1; readonly forgetInstance: string }
  | { readonly v: 1; readonly instance: string; readonly boot: string; readonly is: Instance }

export type Journal = Disposable & {
  /** What is written meanwhile, without a pause, is on disk together at its end. A disk that refuses is told of by the next line. */
  together(write: () => void): void
  writeService(name: string, is: KnownService): void
  writeInstance(id: string, is: Instance): void
  /** They are not known any more; a service with all of its instances. */
  forgetService(name: string): void
  forgetInstance(id: string): void
}

/**
 * The last line about each; nothing where there is no journal. A line that was cut off while it was written is none. Throws IO_FAILED,
 * and FORMAT_INVALID where no line can be read, or what runs says that there was one.
 */
export function readJournal(path: string): Known {
  const services = new Map<string, KnownService>()
  const instances = new Map<string, { boot: string; instance: Instance }>()
  for (const line of linesOf(path))
    if ('service' in line) services.set(line.service, line.is)
    else if ('instance' in line) instances.set(line.instance, { boot: line.boot, instance: line.is })
    else if ('forgetInstance' in line) instances.delete(line.forgetInstance)
    else if ('forgetService' in line) {
      services.delete(line.forgetService)
      forgetInstances(instances, line.forgetService)
    }
  return { services, instances }
}

function forgetInstances(instances: Map<string, unknown>, service: string): void {
  for (const id of instances.keys()) if (serviceIn(id) === service) instances.delete(id)
}

/** Of `service.replica`. */
export function serviceIn(id: string): string {
  return id.slice(0, id.lastIndexOf('.'))
}

function linesOf(path: string): Line[] {
  const text = textOf(path)
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .flatMap(parse)
  if (lines.length === 0) refuseUnreadable(path, text)
  return lines
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return ''
    throw explainDisk(error, path)
  }
}

function parse(text: string): Line[] {
  try {
    const line = JSON.parse(text) as Line
    return line?.v === 1 ? [line] : []
  } catch {
    return []
  }
}

/** So many lines more than there are things to say. */
const MANY_LINES = 2000

/** `sync` has the system put on disk what it has of a file. */
type Setting = { readonly manyLines?: number; readonly sync?: (file: number) => void }

/** Begins with what is known, written anew, and is written anew when most of it is past; only who holds the lock may. */
export async function openJournal(
  path: string,
  known: Known,
  { manyLines = MANY_LINES, sync = fdatasyncSync }: Setting = {},
): Promise<Journal> {
  const services = new Map(known.services)
  const instances = new Map(known.instances)
  const whole = () =>
    [
      { v: 1, begun: true } satisfies Line,
      ...[...services].map(([service, is]): Line => ({ v: 1, service, is })),
      ...[...instances].map(([instance, { boot, instance: is }]): Line => ({ v: 1, instance, boot, is })),
    ].map(render)
  await replaceFile(path, whole().join(''), { mode: 0o600 })
  let file = openSync(path, 'a', 0o600)
  let isTorn = false
  let isOnDisk = true
  /** The disk refused what stands in the file. */
  let isRefused = false
  let isTogether = false
  let lines = 0

  function write(line: Line, lasts = true): void {
    // The system says once that it could not put something on disk, and takes it for written from then on.
    if (isRefused) writeAnew()
    // Half of a line that met a full disk must not take the next one with it.
    const text = isTorn ? `\n${render(line)}` : render(line)
    isTorn = true
    if (lasts) isOnDisk = false
    writeAll(file, Buffer.from(text))
    if (!isTogether) putOnDisk()
    isTorn = false
    lines++
    if (lines > manyLines + 2 * (services.size + instances.size)) writeAnew()
  }

  function putOnDisk(): void {
    if (isOnDisk) return
    isRefused = true
    sync(file)
    isRefused = false
    isOnDisk = true
  }

  /**
   * Another boot takes whatever was not at rest for lost, so that nothing is asked of the disk from the moment that an instance leaves
   * its rest until it comes to another one: a line that the system has outlives octo, and no disk has to turn for it.
   */
  function lasts(id: string, is: Instance): boolean {
    const before = instances.get(id)
    return before === undefined || before.boot !== bootId() || isAtRest(before.instance) || isAtRest(is)
  }

  /** Where there is no room for it, the long one goes on. */
  function writeAnew(): void {
    lines = 0
    let next: number
    try {
      next = replaceOpen(path, whole().join(''), sync)
    } catch {
      return
    }
    // Only now: at no moment is there none to write to.
    closeSync(file)
    file = next
    isOnDisk = true
    isRefused = false
    isTorn = false
  }

  return {
    together(act) {
      isTogether = true
      try {
        act()
      } finally {
        isTogether = false
        try {
          putOnDisk()
        } catch {
          // All of it is written anew before the next line, which is refused where that cannot be.
        }
      }
    },
    writeService(service, is) {
      services.set(service, is)
      write({ v: 1, service, is })
    },
    writeInstance(instance, is) {
      const isToLast = lasts(instance, is)
      instances.set(instance, { boot: bootId(), instance: is })
      write({ v: 1, instance, boot: bootId(), is }, isToLast)
    },
    forgetService(name) {
      services.delete(name)
      forgetInstances(instances, name)
      write({ v: 1, forgetService: name })
    },
    forgetInstance(id) {
      instances.delete(id)
      write({ v: 1, forgetInstance: id })
    },
    [Symbol.dispose]: () => closeSync(file),
  }
}

function render(line: Line): string {
  return `${JSON.stringify(line)}\n`
}
