// The one question about a file that is published, kept or installed: what would run when it is started, and is all of it
// proven or the administrator's? Asked by publisher, registry and client, while the file streams by.
// Answers: interpreters and libraries that are looked for where somebody else can put them.
import type { CodedError } from '../../../schemas/errors.ts'
import { coded } from '../../../schemas/errors.ts'
import { readFirstLine } from '../../../schemas/first-line.ts'
import { problemOfPlace } from '../../../schemas/fixed-place.ts'
import type { Runtime } from '../../../schemas/manifest.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { HEAD_BYTES, readProgramHead } from '../../../schemas/program-head.ts'
import { quote } from '../../../schemas/quote.ts'
import { checkPlatformMagic } from '../platform-magic.ts'
import { readElf } from './elf.ts'
import { problemOfLoader } from './loader.ts'
import { readMachO } from './mach-o.ts'
import type { ByteRange, RangeFeed, RangeParser } from './ranges.ts'
import { feedRanges, PassedBy } from './ranges.ts'
import { problemOfRuntime } from './runtime-line.ts'
import type { Origin } from './search-path.ts'
import { problemOfEntry } from './search-path.ts'
import { unsafe } from './unsafe.ts'

export type ProgramPlace = {
  /** What errors call the file. */
  readonly name: string
  /** Path in the artifact. */
  readonly path: string
  /** Path in the artifact of what is executed: this file, or the one that this file stands beside. */
  readonly executable: string
  /** Marked as executable in the archive; what is executed always is. */
  readonly startable: boolean
  readonly platform: Platform
  readonly runtime?: Runtime | undefined
}

/** What the program needs of the machine, for people: its loader and libraries. */
export type ProgramNeeds = {
  readonly loader?: string
  readonly libraries: readonly string[]
  /** Absolute paths of the machine: its loader, and where it looks for libraries. */
  readonly places: readonly string[]
}

export const NO_NEEDS: ProgramNeeds = { libraries: [], places: [] }
/** Each is asked for its owner before every run. */
const MAX_PLACES = 64

/** Takes the bytes of one file as they pass. `finish` throws PLATFORM_MISMATCH or PROGRAM_UNSAFE. */
export function watchProgram(place: ProgramPlace): RangeFeed<ProgramNeeds> {
  const feed = feedRanges(readProgram(place))
  const named = <Result>(act: () => Result): Result => {
    try {
      return act()
    } catch (error) {
      throw error instanceof PassedBy ? unsafe(place.name, `cannot be read as it streams by: ${error.message}`) : error
    }
  }
  return {
    push: (chunk) => named(() => feed.push(chunk)),
    get done() {
      return feed.done
    },
    finish: () => named(() => feed.finish()),
  }
}

/** Reads only as much as the question needs. Throws PLATFORM_MISMATCH or PROGRAM_UNSAFE. */
export async function inspectProgram(chunks: AsyncIterable<Uint8Array>, place: ProgramPlace): Promise<ProgramNeeds> {
  const feed = watchProgram(place)
  for await (const chunk of chunks) {
    feed.push(chunk)
    if (feed.done) break
  }
  return feed.finish()
}

function* readProgram(place: ProgramPlace): RangeParser<ProgramNeeds> {
  const head: Buffer = yield { at: 0, length: HEAD_BYTES } satisfies ByteRange
  const isExecuted = place.path === place.executable
  if (isExecuted) {
    if (!/[^\s\0]/.test(head.toString('latin1'))) throw empty(place)
    checkPlatformMagic(head, place.platform, place.name, place.runtime)
  }
  const format = readProgramHead(head).format
  if (format === 'script' && (isExecuted || place.startable)) checkFirstLine(head, place, isExecuted)
  if (format === 'elf') return yield* checkElf(place, isExecuted)
  if (format === 'mach-o') return yield* checkMachO(place)
  return NO_NEEDS
}

function empty({ name, platform }: ProgramPlace): CodedError {
  return coded('PLATFORM_MISMATCH', {
    message: `${quote(name)} is offered for \`${platform}\` and is empty: nothing would run, and nothing would fail`,
    details: { file: name, platform },
  })
}

/** A runtime ignores the line; what it says to everybody else must be the same. */
function checkFirstLine(head: Buffer, { name, runtime }: ProgramPlace, isExecuted: boolean): void {
  const line = readFirstLine(head)
  // A line that cannot be understood names something else by that.
  if (line && 'problem' in line) throw unsafe(name, line.problem, line.hint)
  const problem = line && isExecuted && runtime ? problemOfRuntime(line, runtime) : undefined
  if (problem)
    throw unsafe(name, problem, 'let `runtime` of plugin.yaml and the first line name the same, or take the line away')
}

function* checkElf({ name, path, platform }: ProgramPlace, isExecuted: boolean): RangeParser<ProgramNeeds> {
  const facts = yield* readElf(name)
  if (isExecuted && !facts.loadable) throw unsafe(name, 'is an ELF file that holds no program')
  const loader = facts.interpreter
  if (loader !== undefined) {
    const problem = problemOfPlace(loader)
    if (problem) throw unsafe(name, `names a loader whose path ${problem}: ${quote(loader)}`)
    const mismatch = isExecuted ? problemOfLoader(loader, platform) : undefined
    if (mismatch) throw otherLibc(name, platform, mismatch)
  }
  if (facts.audited) throw unsafe(name, 'names a library that is loaded before all others (DT_AUDIT and its like)')
  for (const library of facts.needed)
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.+:~@-]*$/.test(library))
      throw unsafe(name, `needs a library by its path, expected a plain name: ${quote(library)}`, RELINK)
  const origins = [{ folder: folderOf(path), words: ['$ORIGIN', '${ORIGIN}'] }]
  checkSearchPath(facts.searchPath, { name, origins })
  const places = placesIn(loader === undefined ? facts.searchPath : [loader, ...facts.searchPath], name)
  return { ...omitUndefined({ loader }), libraries: facts.needed, places }
}

function otherLibc(name: string, platform: Platform, mismatch: string): CodedError {
  return coded('PLATFORM_MISMATCH', {
    message: `${quote(name)} is offered for \`${platform}\` and ${mismatch}`,
    details: { file: name, platform },
    hint: 'link it statically, or offer it under the key of its C library',
  })
}

const RELINK = 'link with `-rpath` absolute or below `$ORIGIN` (`@loader_path` on macOS), and with libraries by name'

function* checkMachO({ name, path, executable, runtime }: ProgramPlace): RangeParser<ProgramNeeds> {
  const facts = yield* readMachO(name)
  if (facts.commanded) throw unsafe(name, 'carries variables for the loader (LC_DYLD_ENVIRONMENT)')
  for (const loader of facts.loaders)
    if (loader !== '/usr/lib/dyld') throw unsafe(name, `names another loader than \`/usr/lib/dyld\`: ${quote(loader)}`)
  const origins: Origin[] = [{ folder: folderOf(path), words: ['@loader_path'] }]
  // Under a runtime, the executable is the runtime's own.
  if (!runtime) origins.push({ folder: folderOf(executable), words: ['@executable_path'] })
  checkSearchPath(facts.searchPath, { name, origins })
  for (const library of facts.needed) {
    const problem = problemOfEntry(library, [...origins, { folder: '', words: ['@rpath'] }])
    if (problem) throw unsafe(name, `needs a library whose path ${problem}: ${quote(library)}`, RELINK)
  }
  return { libraries: facts.needed, places: placesIn([...facts.searchPath, ...facts.needed], name) }
}

function placesIn(paths: readonly string[], name: string): readonly string[] {
  const places = [...new Set(paths.filter((path) => path.startsWith('/')))]
  if (places.length > MAX_PLACES) throw unsafe(name, `looks for libraries in more than ${MAX_PLACES} places`)
  return places
}

function checkSearchPath(
  entries: readonly string[],
  { name, origins }: { readonly name: string; readonly origins: readonly Origin[] },
): void {
  for (const entry of entries) {
    const problem = problemOfEntry(entry, origins)
    if (problem) throw unsafe(name, `looks for libraries in a place that ${problem}: ${quote(entry)}`, RELINK)
  }
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
}
