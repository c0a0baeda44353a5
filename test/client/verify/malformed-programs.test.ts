// Native programs that two readers could take differently, or that do not parse: each is sound but for one place.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProgramPlace } from '../../../client/verify/program/check-program.ts'
import { inspectProgram } from '../../../client/verify/program/check-program.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { inPieces } from '../../support/archive-builder.ts'
import { expectCodeAsync } from '../../support/expect-code.ts'
import { aFatFile, aMachO, anElfFile } from '../../support/native-files.ts'

const [LINUX, DARWIN] = ['linux_amd64', 'darwin_arm64'] as Platform[]
const ARM64 = 0x0100000c

type Spoil = (bytes: Buffer) => unknown

function anElf(spoil: Spoil, runpath = '$ORIGIN'): Buffer {
  const bytes = anElfFile({ interpreter: '/lib64/ld-linux-x86-64.so.2', needed: ['libc.so.6'], runpath })
  spoil(bytes)
  return bytes
}

/** Its load commands: one for the loader at 32, with its length at 36, the place of its text at 40 and the text at 44. */
function aMac(spoil: Spoil, loader = '/usr/lib/dyld'): Buffer {
  const bytes = aMachO({ loader })
  spoil(bytes)
  return bytes
}

const [LOADER_SEGMENT, DYNAMIC_SEGMENT] = [1, 2]
const segmentAt = (index: number) => 64 + index * 56
const [KIND, OFFSET, ADDRESS, FILE_SIZE, MEMORY_SIZE] = [0, 8, 16, 32, 40]
const TAG = { needed: 1, strtab: 5, strsz: 10 }

function setSegment(bytes: Buffer, index: number, fields: readonly (readonly [field: number, value: number])[]): void {
  for (const [field, value] of fields) bytes.writeBigUInt64LE(BigInt(value), segmentAt(index) + field)
}

function setTag(bytes: Buffer, tag: number, value: number): void {
  bytes.writeBigUInt64LE(BigInt(value), placeOfTag(bytes, tag) + 8)
}

function forgetTag(bytes: Buffer, tag: number): void {
  bytes.writeBigUInt64LE(0x6000_0000n, placeOfTag(bytes, tag))
}

function placeOfTag(bytes: Buffer, tag: number): number {
  const from = Number(bytes.readBigUInt64LE(segmentAt(DYNAMIC_SEGMENT) + OFFSET))
  for (let at = from; at < bytes.length; at += 16) if (bytes.readBigUInt64LE(at) === BigInt(tag)) return at
  throw new Error(`no tag ${tag}`)
}

/** A second segment to load over the first one, of which the loader keeps the later; the program then has no loader of its own. */
function coverSegment(bytes: Buffer, fileSize: number): void {
  bytes.writeUInt32LE(1, segmentAt(LOADER_SEGMENT) + KIND)
  setSegment(bytes, LOADER_SEGMENT, [
    [OFFSET, 0],
    [ADDRESS, 0],
    [FILE_SIZE, fileSize],
    [MEMORY_SIZE, bytes.length],
  ])
}

/** A universal file whose table has places of 64 bits. */
function aWideFatFile(slice: Buffer, at = 4096n): Buffer {
  const table = Buffer.alloc(4096)
  for (const [index, value] of [0xcafebabf, 1, ARM64].entries()) table.writeUInt32BE(value, index * 4)
  table.writeBigUInt64BE(at, 16)
  table.writeBigUInt64BE(BigInt(slice.length), 24)
  return Buffer.concat([table, slice])
}

const MIB = 1024 * 1024
const ELF_ROWS: readonly (readonly [title: string, says: RegExp, bytes: Buffer])[] = [
  [
    'a dynamic section of more than a megabyte',
    /a dynamic section that does not parse/,
    anElf((bytes) => setSegment(bytes, 2, [[FILE_SIZE, MIB + 16]])),
  ],
  [
    'a dynamic section longer than its segment',
    /outside its segments/,
    anElf((bytes) => setSegment(bytes, 2, [[FILE_SIZE, bytes.length]])),
  ],
  [
    'a dynamic section behind the end of the file',
    /a dynamic section that lies outside the file/,
    anElf(() => undefined).subarray(0, -8),
  ],
  [
    'a table of names of more than 32 MiB',
    /a table of names that does not parse/,
    anElf((bytes) => setTag(bytes, TAG.strsz, 33 * MIB)),
  ],
  ['a table of names in no segment', /outside its segments/, anElf((bytes) => setTag(bytes, TAG.strtab, 0x7000_0000))],
  [
    'a table of names that ends outside its segment',
    /outside its segments/,
    anElf((bytes) => setTag(bytes, TAG.strsz, 2 * MIB)),
  ],
  ['a table of names of no bytes', /outside its table of names/, anElf((bytes) => setTag(bytes, TAG.strsz, 0))],
  ['no table of names', /has no table of names/, anElf((bytes) => forgetTag(bytes, TAG.strtab))],
  ['no size of the table of names', /outside its table of names/, anElf((bytes) => forgetTag(bytes, TAG.strsz))],
  [
    'a name that begins behind the table of names',
    /outside its table of names/,
    anElf((bytes) => setTag(bytes, TAG.needed, 1000)),
  ],
  [
    'a name that ends behind the table of names',
    /outside its table of names/,
    anElf((bytes) => setTag(bytes, TAG.strsz, 3)),
  ],
  ['two segments over each other', /or in two of them/, anElf((bytes) => coverSegment(bytes, bytes.length))],
  ['zeros of a second segment over the names', /or in two of them/, anElf((bytes) => coverSegment(bytes, 0))],
  ['a place below `$ORIGIN` beyond ASCII', /not ASCII/, anElf(() => undefined, '$ORIGIN/l\xedb')],
  ['a place below `$ORIGIN` with a control character', /not ASCII/, anElf(() => undefined, '$ORIGIN/\x7f')],
]

const TEXT_AT = 44
const MACH_ROWS: readonly (readonly [title: string, bytes: Buffer])[] = [
  ['a library at a fixed address', aMachO({ commands: [[0x6, '/usr/lib/libx.dylib']] })],
  ['a library that says its fixed address', aMachO({ commands: [[0x7, '/usr/lib/libx.dylib']] })],
  ['a search path behind a 64-bit table', aWideFatFile(aMachO({ rpaths: ['.'] }))],
  ['a slice farther than any file is long', aWideFatFile(aMachO(), 2n ** 60n)],
  ['a slice farther than numbers are exact', aWideFatFile(aMachO(), 2n ** 64n - 1n)],
  ['a slice in another order of bytes', aFatFile([[ARM64, aMachO({ loader: '/usr/lib/dyld' }).swap32()]])],
  ['a slice of 27 bytes', aFatFile([[ARM64, aMachO()]]).subarray(0, 4096 + 27)],
  ['a header that breaks off', aMachO().subarray(0, 20)],
  ['load commands that break off', aMachO({ rpaths: ['/usr/lib'] }).subarray(0, 50)],
  [
    'load commands of more than a megabyte',
    Buffer.concat([aMac((bytes) => bytes.writeUInt32LE(2 * MIB, 20)), Buffer.alloc(2 * MIB)]),
  ],
  ['more load commands than fit into their size', aMac((bytes) => bytes.writeUInt32LE(2 ** 24, 16))],
  ['one load command more than there are', aMac((bytes) => bytes.writeUInt32LE(2, 16))],
  ['a load command of an odd length', aMac((bytes) => bytes.writeUInt32LE(30, 36))],
  ['a load command of 4 bytes', aMac((bytes) => bytes.writeUInt32LE(4, 36))],
  ['a load command that leaves the others', aMac((bytes) => bytes.writeUInt32LE(4096, 36))],
  ['a load command without room for a text', aMac((bytes) => bytes.writeUInt32LE(8, 36))],
  ['a text in the head of its load command', aMac((bytes) => bytes.writeUInt32LE(8, 40))],
  ['a text behind its load command', aMac((bytes) => bytes.writeUInt32LE(500, 40))],
  ['a text without an end', aMac((bytes) => bytes.fill('A', TEXT_AT, 32 + bytes.readUInt32LE(36)))],
]

const inspect = (bytes: Buffer, platform: Platform, pieces: number) =>
  inspectProgram(inPieces(bytes, pieces), aPlace(platform))

function aPlace(platform: Platform): ProgramPlace {
  return { name: 'x', path: 'bin/tool', executable: 'bin/tool', startable: true, platform }
}

for (const [rows, platform] of [
  [ELF_ROWS, LINUX],
  [
    MACH_ROWS.map(
      ([title, bytes]) => [title, /Mach-O|table of slices|looks for libraries|no linker of today/, bytes] as const,
    ),
    DARWIN,
  ],
] as const)
  for (const [title, says, bytes] of rows)
    test(`refuses ${title}`, async () => {
      for (const pieces of [bytes.length > MIB ? 65536 : 7, 4 * MIB])
        assert.match(
          (await expectCodeAsync('PROGRAM_UNSAFE', () => inspect(bytes, platform as Platform, pieces))).message,
          says,
        )
    })

test('admits the programs that these were before, and universal files with either table', async () => {
  for (const pieces of [7, 4 * MIB]) {
    await inspect(
      anElf(() => undefined),
      LINUX as Platform,
      pieces,
    )
    for (const bytes of [aMac(() => undefined), aWideFatFile(aMac(() => undefined))])
      await inspect(bytes, DARWIN as Platform, pieces)
  }
})
