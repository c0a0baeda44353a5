// What of a process every test file shares with those that run in it before and after.
import fs from 'node:fs'
import os from 'node:os'
import { cachedDataVersionTag } from 'node:v8'
import { runInNewContext } from 'node:vm'

type ProcessState = ReadonlyMap<string, unknown>

/** Where tests put something of their own in the place of what Node has there. */
const REPLACED: Readonly<Record<string, object>> = {
  globalThis,
  process,
  console,
  Date,
  Math,
  performance,
  fs,
  os,
  'fs.promises': fs.promises,
}
/**
 * Without the classes of the Web, whose names begin as those of the language do: to look at one has Node load it, and with a few of
 * them seventy modules that most tests need for nothing.
 */
const GLOBAL_NAMES = namesOfGlobals()
/** What standard streams are once somebody has asked for them; a child is open besides its pipes. */
const STANDARD_STREAMS = ['PipeWrap', 'TTYWrap']
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const

export function processState(): ProcessState {
  const umask = process.umask(0)
  process.umask(umask)
  return new Map<string, unknown>([
    ['the working directory', process.cwd()],
    ['the umask', umask],
    ['the exit code', process.exitCode],
    ['the words', process.argv.join('\0')],
    // A number for all of them together. With others, such as for a small heap, all that comes later runs many times slower.
    ['the flags of V8', cachedDataVersionTag()],
    ['process.stdout.write', process.stdout.write],
    ['process.stderr.write', process.stderr.write],
    ...Object.entries(process.env).map(([name, value]) => [`the variable ${name}`, value] as const),
    ...SIGNALS.map((name) => [`the listeners of ${name}`, process.listenerCount(name)] as const),
    ...Object.entries(REPLACED).flatMap(([name, object]) => functionsOf(name, object)),
  ])
}

function namesOfGlobals(): readonly string[] {
  const ofLanguage: readonly string[] = runInNewContext('Object.getOwnPropertyNames(globalThis)')
  const ofNode = Object.getOwnPropertyNames(globalThis).filter((name) => /^[a-z]/.test(name))
  return [...new Set([...ofLanguage, ...ofNode])]
}

/** What is another now, is gone, or was not there, by its name. */
export function changedSince(before: ProcessState): readonly string[] {
  const now = processState()
  const names = new Set([...before.keys(), ...now.keys()])
  return [...names].filter((name) => before.get(name) !== now.get(name))
}

/** Servers, connections, timers, children and the like that keep this process from ending, by their kinds. */
export function openThings(): readonly string[] {
  return process.getActiveResourcesInfo().filter((kind) => !STANDARD_STREAMS.includes(kind))
}

/** A property that Node loads when it is first asked for is none yet. */
function functionsOf(name: string, object: object): (readonly [string, unknown])[] {
  const keys = object === globalThis ? GLOBAL_NAMES : Object.getOwnPropertyNames(object)
  return keys.flatMap((key) => {
    const value: unknown = Object.getOwnPropertyDescriptor(object, key)?.value
    return typeof value === 'function' ? [[`${name}.${key}`, value] as const] : []
  })
}
