// What an ELF file loads before its own code runs: its loader, libraries and search paths, found as the loader finds them,
// through the segments that are mapped and not through the section table, which nobody reads when a program starts.
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import type { RangeParser } from './ranges.ts'
import { unsafe } from './unsafe.ts'

type ElfFacts = {
  /** It can be started by itself: segments to load, and no mere object file. */
  readonly loadable: boolean
  readonly interpreter?: string
  /** Libraries by name, as the loader is told. */
  readonly needed: readonly string[]
  /** Entries of DT_RPATH and DT_RUNPATH, empty ones too. */
  readonly searchPath: readonly string[]
  /** Something that loads further code before all else. */
  readonly audited: boolean
}

const MAX_SEGMENTS = 256
const MAX_INTERPRETER_BYTES = 4096
const MAX_DYNAMIC_BYTES = 1024 * 1024
const MAX_STRINGS_BYTES = 32 * 1024 * 1024
const PAGE = 4096

const PT = { load: 1, dynamic: 2, interp: 3 }
const DT = { needed: 1, strtab: 5, strsz: 10, rpath: 15, runpath: 29 }
const DT_CONFIG = 0x6ffffefa
const DT_DEPAUDIT = 0x6ffffefb
const DT_AUDIT = 0x6ffffefc
const DT_AUXILIARY = 0x7ffffffd
const DT_FILTER = 0x7fffffff

type Segment = {
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly fileSize: number
  readonly memorySize: number
}

/** Throws PROGRAM_UNSAFE for a file that does not parse, or that two readers would read differently. */
export function* readElf(name: string): RangeParser<ElfFacts> {
  const header = yield { at: 0, length: 64 }
  const reader = readerOf(header, name)
  const type = reader.half(header, 16)
  if (type !== 2 && type !== 3) return { loadable: false, needed: [], searchPath: [], audited: false }
  const segments = yield* readSegments(header, reader, name)
  const loads = segments.filter((segment) => segment.type === PT.load)
  const interpreter = yield* readInterpreter(segments, name)
  const dynamic = yield* readDynamic(segments, loads, { reader, name })
  return { loadable: loads.length > 0, ...omitUndefined({ interpreter }), ...dynamic }
}

type Reader = {
  readonly wide: boolean
  half(bytes: Buffer, at: number): number
  word(bytes: Buffer, at: number): number
  /** An address, offset or size: 4 or 8 bytes. */
  long(bytes: Buffer, at: number): number
}

function readerOf(header: Buffer, name: string): Reader {
  const [width, order] = [header[4], header[5]]
  if (header.length < (width === 2 ? 64 : 52) || (width !== 1 && width !== 2) || (order !== 1 && order !== 2))
    throw unsafe(name, 'is an ELF file whose header does not parse')
  const little = order === 1
  const word = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  return {
    wide: width === 2,
    half: (bytes, at) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)),
    word,
    long(bytes, at) {
      if (width === 1) return word(bytes, at)
      const value = little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at)
      // Addresses of kernels and of hostile files lie above what a number holds exactly; nothing of a program does.
      return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
    },
  }
}

function* readSegments(header: Buffer, reader: Reader, name: string): RangeParser<readonly Segment[]> {
  const { wide } = reader
  const at = reader.long(header, wide ? 32 : 28)
  const [step, count] = [reader.half(header, wide ? 54 : 42), reader.half(header, wide ? 56 : 44)]
  if (count === 0) return []
  if (step !== (wide ? 56 : 32) || count > MAX_SEGMENTS || at > Number.MAX_SAFE_INTEGER / 2)
    throw unsafe(name, 'has a table of segments that does not parse')
  const table = yield { at, length: step * count }
  if (table.length < step * count) throw unsafe(name, 'has a table of segments that lies outside the file')
  return Array.from({ length: count }, (_none, index) => {
    const entry = table.subarray(index * step, (index + 1) * step)
    const long = (wideAt: number, narrowAt: number) => reader.long(entry, wide ? wideAt : narrowAt)
    return {
      type: reader.word(entry, 0),
      offset: long(8, 4),
      address: long(16, 8),
      fileSize: long(32, 16),
      memorySize: long(40, 20),
    }
  })
}

function* readInterpreter(segments: readonly Segment[], name: string): RangeParser<string | undefined> {
  const [segment, another] = segments.filter(({ type }) => type === PT.interp)
  if (!segment) return undefined
  if (another || segment.fileSize < 2 || segment.fileSize > MAX_INTERPRETER_BYTES)
    throw unsafe(name, 'names its loader in a way that does not parse')
  const bytes = yield { at: segment.offset, length: segment.fileSize }
  const end = bytes.indexOf(0)
  if (bytes.length < segment.fileSize || end !== bytes.length - 1)
    throw unsafe(name, 'names its loader in a way that does not parse')
  return bytes.toString('latin1', 0, end)
}

type Parsing = { readonly reader: Reader; readonly name: string }
type Dynamic = Pick<ElfFacts, 'needed' | 'searchPath' | 'audited'>

function* readDynamic(
  segments: readonly Segment[],
  loads: readonly Segment[],
  { reader, name }: Parsing,
): RangeParser<Dynamic> {
  const [segment, another] = segments.filter(({ type }) => type === PT.dynamic)
  if (!segment) return { needed: [], searchPath: [], audited: false }
  if (another || segment.fileSize > MAX_DYNAMIC_BYTES) throw unsafe(name, 'has a dynamic section that does not parse')
  // The loader reads it in memory, by its address.
  const at = fileOffset(loads, { address: segment.address, length: segment.fileSize }, name)
  if (at !== segment.offset) throw unsafe(name, 'has its dynamic section in two places')
  const bytes = yield { at, length: segment.fileSize }
  if (bytes.length < segment.fileSize) throw unsafe(name, 'has a dynamic section that lies outside the file')
  const tags = readTags(bytes, reader, name)
  const [strings, anotherTable] = valuesOf(tags, DT.strtab)
  const [size = 0, anotherSize] = valuesOf(tags, DT.strsz)
  if (anotherTable !== undefined || anotherSize !== undefined || size > MAX_STRINGS_BYTES)
    throw unsafe(name, 'has a table of names that does not parse')
  const audited = [DT_AUDIT, DT_DEPAUDIT, DT_CONFIG].some((tag) => valuesOf(tags, tag).length > 0)
  const named = [DT.needed, DT_AUXILIARY, DT_FILTER].flatMap((tag) => valuesOf(tags, tag))
  const paths = [DT.rpath, DT.runpath].flatMap((tag) => valuesOf(tags, tag))
  if (named.length + paths.length === 0) return { needed: [], searchPath: [], audited }
  if (strings === undefined) throw unsafe(name, 'has no table of names')
  const table = yield { at: fileOffset(loads, { address: strings, length: size }, name), length: size }
  const text = (offset: number) => textAt(table, offset, name)
  return { needed: named.map(text), searchPath: paths.flatMap((path) => text(path).split(':')), audited }
}

type Tag = { readonly tag: number; readonly value: number }

/** Up to DT_NULL, as the loader reads them. */
function readTags(bytes: Buffer, reader: Reader, name: string): readonly Tag[] {
  const step = reader.wide ? 16 : 8
  const tags: Tag[] = []
  for (let at = 0; at + step <= bytes.length; at += step) {
    const tag = reader.long(bytes, at)
    if (tag === 0) return tags
    tags.push({ tag, value: reader.long(bytes, at + step / 2) })
  }
  throw unsafe(name, 'has a dynamic section without an end')
}

function valuesOf(tags: readonly Tag[], wanted: number): readonly number[] {
  return tags.flatMap(({ tag, value }) => (tag === wanted ? [value] : []))
}

type Range = { readonly address: number; readonly length: number }

/** Where the bytes of an address stand in the file; refused when two segments map other bytes there, as the later one would win. */
function fileOffset(loads: readonly Segment[], { address, length }: Range, name: string): number {
  const touching = loads.filter(({ address: start, memorySize, fileSize }) => {
    const end = Math.ceil((start + Math.max(memorySize, fileSize)) / PAGE) * PAGE
    return Math.floor(start / PAGE) * PAGE < address + length && end > address
  })
  const [segment, ...further] = touching.toSorted((a, b) => a.address - b.address)
  const last = further.reduce((before, each) => (before && goesOn(before, each) ? each : undefined), segment)
  if (!segment || !last || address < segment.address || address + length > last.address + last.fileSize)
    throw unsafe(name, 'has parts that lie outside its segments, or in two of them')
  return segment.offset + (address - segment.address)
}

/** Whether the next segment is what the file goes on with, so that both are as one; programs that were patched have such. */
function goesOn(before: Segment, next: Segment): boolean {
  const { address, offset, fileSize, memorySize } = before
  return memorySize === fileSize && next.address === address + fileSize && next.offset === offset + fileSize
}

function textAt(table: Buffer, offset: number, name: string): string {
  const end = table.indexOf(0, offset)
  if (end < 0) throw unsafe(name, 'has a name that lies outside its table of names')
  return table.toString('latin1', offset, end)
}
