// Starts a child process out of reach of the terminal's Ctrl-C, in a session of its own that is ended as a whole. This process and
// whatever it keeps time for do not stand still meanwhile, where the system can do it.
import { closeSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { CLibrary } from './c-library.ts'
import { cLibrary } from './c-library.ts'
import type { ProcessEnd } from './collected.ts'
import { collected, watchEnds } from './collected.ts'
import { O_CLOEXEC } from './descriptor-flags.ts'
import type { Launch, LaunchWords } from './launch.ts'
import { launch, launchBy } from './launch.ts'
import { posixSpawn, StartRefused } from './posix-spawn.ts'
import { isProgramFile } from './program-file.ts'

/** A number is a descriptor of this process, which stays open here. */
type StreamSetting = 'ignore' | 'pipe' | number

const FIRST_OTHER = 3

type StreamSettings = readonly [input: StreamSetting, output: StreamSetting, error: StreamSetting]

type ApartSetting = {
  readonly stdio: StreamSettings
  readonly words: LaunchWords
}

/** It does not keep this process: whoever waits for it has a stream or a timer. */
export type ApartChild = {
  readonly pid: number
  /** Those that are pipes. */
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  readonly ended: Promise<ProcessEnd>
}

/** The child, once it runs; throws what `words` makes of a failure. */
export function launchApart(what: Launch, setting: ApartSetting): Promise<ApartChild> {
  return launchApartBy(cLibrary(), what, setting)
}

/** The same in either way; without the library Node starts it. */
// allow(dead-export): the test starts in both ways on one machine
export async function launchApartBy(
  library: CLibrary | undefined,
  what: Launch,
  { stdio, words }: ApartSetting,
): Promise<ApartChild> {
  const file = programOf(what)
  if (library === undefined || file === undefined || stdio.some(isOwnStream))
    return await byNode(what, { stdio, words })
  watchEnds(library)
  const named = { ...what, file, argv0: what.argv0 ?? what.file }
  return await launchBy(what, words, async () => start(library, named, stdio))
}

async function byNode(what: Launch, { stdio, words }: ApartSetting): Promise<ApartChild> {
  const child = await launch(what, { stdio: [...stdio], ownGroup: true, words })
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
  })
  child.unref()
  return { pid: child.pid as number, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended }
}

/** Those of the program are put in their place one after the other. */
function isOwnStream(setting: StreamSetting): boolean {
  return typeof setting === 'number' && setting < FIRST_OTHER
}

/** A name without a slash is looked up in its own PATH. Undefined where there is none: Node then says what is wrong. */
function programOf({ file, env }: Launch): string | undefined {
  if (file.includes('/')) return file
  return (env.PATH ?? '')
    .split(':')
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, file))
    .find(isProgramFile)
}

function start(library: CLibrary, what: Launch, stdio: StreamSettings): ApartChild {
  const ends: StreamEnds[] = []
  try {
    for (const [target, setting] of stdio.entries()) ends.push(openStream(library, setting, target))
    const [input, output, error] = ends as [StreamEnds, StreamEnds, StreamEnds]
    const pid = posixSpawn(library, what, [input.given, output.given, error.given])
    const [stdin, stdout, stderr] = [input.ours ?? null, output.ours ?? null, error.ours ?? null]
    return { pid, stdin, stdout, stderr, ended: collected(pid) }
  } catch (error) {
    for (const { ours } of ends) ours?.destroy()
    throw error
  } finally {
    for (const { given, isOnlyIts } of ends) if (isOnlyIts) closeSync(given)
  }
}

type StreamEnds = {
  /** What the program gets. */
  readonly given: number
  /** It was opened for the program, and is closed here afterwards. */
  readonly isOnlyIts: boolean
  /** The other end of a pipe. */
  readonly ours?: Socket
}

const INPUT = 0

function openStream(library: CLibrary, setting: StreamSetting, target: number): StreamEnds {
  if (typeof setting === 'number') return { given: setting, isOnlyIts: false }
  const isInput = target === INPUT
  if (setting === 'ignore') return { given: openSync('/dev/null', isInput ? 'r' : 'r+'), isOnlyIts: true }
  const [reading, writing] = openPipe(library)
  const ours = new Socket({ fd: isInput ? writing : reading, readable: !isInput, writable: isInput })
  return { given: isInput ? reading : writing, isOnlyIts: true, ours }
}

/** No program gets an end of it but as a standard stream. */
function openPipe(library: CLibrary): readonly [reading: number, writing: number] {
  const ends = Buffer.alloc(8)
  // It fails for nothing else but too many open files.
  if (library.pipe2(ends, O_CLOEXEC) !== 0) throw new StartRefused('pipe', 'EMFILE')
  return [ends.readInt32LE(0), ends.readInt32LE(4)]
}
