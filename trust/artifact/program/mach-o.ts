// What a Mach-O file loads before its own code runs, for every slice of a universal file: each slice is a program of its own.
import type { RangeParser } from './ranges.ts'
import { unsafe } from './unsafe.ts'

type MachOFacts = {
  /** Libraries as the load commands name them. */
  readonly needed: readonly string[]
  readonly searchPath: readonly string[]
  readonly loaders: readonly string[]
  /** It carries variables for the loader. */
  readonly commanded: boolean
}

const MAGIC_64 = 0xfeedfacf
const MAGIC_32 = 0xfeedface
const MAX_COMMANDS_BYTES = 1024 * 1024
const MAX_SLICES = 16
/** Farther than any file is long. */
const FAR_AWAY = 2 ** 52
const LC_LOAD_DYLINKER = 0xe
const LC_DYLD_ENVIRONMENT = 0x27
const LC_RPATH = 0x8000001c
/** Plain, weak, re-exported, lazy and upward loads. */
const LC_LOADS = new Set([0xc, 0x80000018, 0x8000001f, 0x20, 0x80000023])
/** Libraries at fixed addresses, prebound ones and old shared caches: no linker of today writes them. */
const LC_OLD = new Set([0x6, 0x7, 0x10])

/** Throws PROGRAM_UNSAFE for a file that does not parse. */
export function* readMachO(name: string): RangeParser<MachOFacts> {
  const head = yield { at: 0, length: 8 }
  const magic = head.readUInt32BE(0)
  if (magic !== 0xcafebabe && magic !== 0xcafebabf) return yield* readSlice(0, undefined, name)
  const count = head.readUInt32BE(4)
  const step = magic === 0xcafebabe ? 20 : 32
  const table = yield { at: 8, length: count * step }
  if (count > MAX_SLICES || table.length < count * step) throw unsafe(name, 'has a table of slices that does not parse')
  const slices = Array.from({ length: count }, (_none, index) => sliceAt(table.subarray(index * step), step))
  const found: MachOFacts[] = []
  for (const { cpu, offset } of slices.sort((a, b) => a.offset - b.offset))
    found.push(yield* readSlice(offset, cpu, name))
  return {
    needed: found.flatMap(({ needed }) => needed),
    searchPath: found.flatMap(({ searchPath }) => searchPath),
    loaders: found.flatMap(({ loaders }) => loaders),
    commanded: found.some(({ commanded }) => commanded),
  }
}

function sliceAt(entry: Buffer, step: number): { cpu: number; offset: number } {
  const cpu = entry.readUInt32BE(0)
  if (step === 20) return { cpu, offset: entry.readUInt32BE(8) }
  const offset = entry.readBigUInt64BE(8)
  return { cpu, offset: offset > BigInt(FAR_AWAY) ? FAR_AWAY : Number(offset) }
}

function* readSlice(at: number, cpu: number | undefined, name: string): RangeParser<MachOFacts> {
  const header = yield { at, length: 32 }
  const malformed = unsafe(name, 'is a Mach-O file whose load commands do not parse')
  if (header.length < 28) throw malformed
  const magic = header.readUInt32LE(0)
  if ((magic !== MAGIC_64 && magic !== MAGIC_32) || (cpu !== undefined && header.readUInt32LE(4) !== cpu))
    throw malformed
  const [count, size] = [header.readUInt32LE(16), header.readUInt32LE(20)]
  if (size > MAX_COMMANDS_BYTES) throw malformed
  const commands = yield { at: at + (magic === MAGIC_64 ? 32 : 28), length: size }
  if (commands.length < size) throw malformed
  const facts = { needed: [] as string[], searchPath: [] as string[], loaders: [] as string[], commanded: false }
  for (let index = 0, place = 0; index < count; index++) {
    if (place + 8 > size) throw malformed
    const [kind, length] = [commands.readUInt32LE(place), commands.readUInt32LE(place + 4)]
    if (length < 8 || length % 4 !== 0 || place + length > size) throw malformed
    const command = commands.subarray(place, place + length)
    if (LC_LOADS.has(kind)) facts.needed.push(textOf(command, malformed))
    else if (kind === LC_RPATH) facts.searchPath.push(textOf(command, malformed))
    else if (kind === LC_LOAD_DYLINKER) facts.loaders.push(textOf(command, malformed))
    else if (kind === LC_DYLD_ENVIRONMENT) facts.commanded = true
    else if (LC_OLD.has(kind)) throw unsafe(name, 'loads a library in a way that no linker of today writes')
    place += length
  }
  return facts
}

function textOf(command: Buffer, malformed: Error): string {
  if (command.length < 12) throw malformed
  const start = command.readUInt32LE(8)
  const end = command.indexOf(0, start)
  if (start < 12 || end < 0) throw malformed
  return command.toString('latin1', start, end)
}
