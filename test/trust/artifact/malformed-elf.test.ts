// ELF files that two readers could take differently, or that do not parse: each is sound but for one place.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Platform } from '../../../schemas/platform.ts'
import type { ProgramPlace } from '../../../trust/artifact/program/check-program.ts'
import { inspectProgram } from '../../../trust/artifact/program/check-program.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { inPieces } from '../../support/builders/archive-builder.ts'
import { anElfFile } from '../../support/builders/native-files.ts'

const PLACE: ProgramPlace = {
  ...{ name: 'x', path: 'bin/tool', executable: 'bin/tool', startable: true, platform: 'linux_amd64' as Platform },
}
const BESIDE: ProgramPlace = { ...PLACE, path: 'lib/x.so', startable: false }

type Spoil = (bytes: Buffer) => unknown

const INTERPRETER = '/lib64/ld-linux-x86-64.so.2'
/** A tag that means nothing, for what a row needs one more of. */
const SPARE_TAG = 0x6000_0000

function anElf(spoil: Spoil, runpath = '$ORIGIN'): Buffer {
  const bytes = anElfFile({ interpreter: INTERPRETER, needed: ['libc.so.6'], runpath, tags: [[SPARE_TAG, 0]] })
  spoil(bytes)
  return bytes
}

const [WHOLE_SEGMENT, LOADER_SEGMENT, DYNAMIC_SEGMENT] = [0, 1, 2]
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
  bytes.writeBigUInt64LE(BigInt(SPARE_TAG), placeOfTag(bytes, tag))
}

/** Says the same thing a second time. */
function repeatTag(bytes: Buffer, tag: number): void {
  const place = placeOfTag(bytes, tag)
  bytes.copy(bytes, placeOfTag(bytes, SPARE_TAG), place, place + 16)
}

function placeOfTag(bytes: Buffer, tag: number): number {
  for (let at = placeOfSegment(bytes, DYNAMIC_SEGMENT); at < bytes.length; at += 16)
    if (bytes.readBigUInt64LE(at) === BigInt(tag)) return at
  throw new Error(`no tag ${tag}`)
}

/** A second segment to load; the program then has no loader of its own. */
function loadAlso(bytes: Buffer, address: number, fileSize: number, memorySize = fileSize): void {
  bytes.writeUInt32LE(1, segmentAt(LOADER_SEGMENT) + KIND)
  setSegment(bytes, LOADER_SEGMENT, [
    [OFFSET, 0],
    [ADDRESS, address],
    [FILE_SIZE, fileSize],
    [MEMORY_SIZE, memorySize],
  ])
}

/** Over the first one, of which the loader keeps the later. */
function coverSegment(bytes: Buffer, fileSize: number): void {
  loadAlso(bytes, 0, fileSize, bytes.length)
}

function placeOfSegment(bytes: Buffer, index: number): number {
  return Number(bytes.readBigUInt64LE(segmentAt(index) + OFFSET))
}

/** The dynamic section is there twice, in one place. */
function repeatDynamic(bytes: Buffer): void {
  bytes.copy(bytes, segmentAt(LOADER_SEGMENT), segmentAt(DYNAMIC_SEGMENT), segmentAt(DYNAMIC_SEGMENT + 1))
}

/** In the middle of its names, what is loaded goes on as a second segment, so many bytes later in the file or in memory. */
function splitNames(bytes: Buffer, { inFile = 0, inMemory = 0, zeros = 0, gap = 0 } = {}): void {
  const middle = Number(bytes.readBigUInt64LE(placeOfTag(bytes, TAG.strtab) + 8)) + 4
  loadAlso(bytes, middle + inMemory + gap, bytes.length - middle - gap)
  setSegment(bytes, LOADER_SEGMENT, [[OFFSET, middle + inFile + gap]])
  setSegment(bytes, WHOLE_SEGMENT, [
    [FILE_SIZE, middle],
    [MEMORY_SIZE, middle + zeros],
  ])
}

/** Everything at addresses that lie higher, with another segment below. */
function lift(bytes: Buffer, by: number): void {
  for (const index of [WHOLE_SEGMENT, DYNAMIC_SEGMENT])
    setSegment(bytes, index, [[ADDRESS, placeOfSegment(bytes, index) + by]])
  const strings = placeOfTag(bytes, TAG.strtab) + 8
  bytes.writeBigUInt64LE(bytes.readBigUInt64LE(strings) + BigInt(by), strings)
  loadAlso(bytes, 0, 64)
}

/** What is loaded begins, in file and memory, only behind the beginning of the dynamic section. */
function loadTooLate(bytes: Buffer): void {
  const from = placeOfSegment(bytes, DYNAMIC_SEGMENT) + 16
  setSegment(bytes, WHOLE_SEGMENT, [
    [OFFSET, from],
    [ADDRESS, from],
  ])
}

/** A static program whose loader goes on behind the end of the file. */
function aCutLoader(): Buffer {
  const bytes = anElfFile({ interpreter: INTERPRETER })
  setSegment(bytes, LOADER_SEGMENT, [[FILE_SIZE, INTERPRETER.length + 9]])
  return bytes.subarray(0, placeOfSegment(bytes, LOADER_SEGMENT) + INTERPRETER.length + 1)
}

/** As dump tools leave them. */
function withoutSegments(bytes: Buffer): void {
  for (const field of [SEGMENT_SIZE, SEGMENT_COUNT]) bytes.writeUInt16LE(0, field)
}

const MIB = 1024 * 1024
const [BYTE_ORDER, SEGMENTS_AT, SEGMENT_SIZE, SEGMENT_COUNT] = [5, 32, 54, 56]
const ELF_ROWS: readonly (readonly [title: string, says: RegExp, bytes: Buffer])[] = [
  [
    'more than 256 segments',
    /table of segments that does not parse/,
    anElf((bytes) => bytes.writeUInt16LE(257, SEGMENT_COUNT)),
  ],
  [
    'segments farther than any file is long',
    /table of segments that does not parse/,
    anElf((bytes) => bytes.writeBigUInt64LE(2n ** 60n, SEGMENTS_AT)),
  ],
  ['a loader of no bytes', /names its loader in a way/, anElf((bytes) => setSegment(bytes, 1, [[FILE_SIZE, 0]]))],
  [
    'a loader of more than 4096 bytes',
    /names its loader in a way/,
    anElfFile({ interpreter: `/lib64/${'x'.repeat(4096)}/ld-linux-x86-64.so.2` }),
  ],
  ['a loader behind the end of the file', /names its loader in a way/, aCutLoader()],
  ['two dynamic sections that are one', /a dynamic section that does not parse/, anElf(repeatDynamic)],
  ['two tables of names', /a table of names that does not parse/, anElf((bytes) => repeatTag(bytes, TAG.strtab))],
  [
    'two sizes of the table of names',
    /a table of names that does not parse/,
    anElf((bytes) => repeatTag(bytes, TAG.strsz)),
  ],
  ['a dynamic section that begins before its segment', /outside its segments/, anElf(loadTooLate)],
  [
    'a second segment on the last page of the names',
    /or in two of them/,
    anElf((bytes) => loadAlso(bytes, bytes.length + 8, 8)),
  ],
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
  ...Object.entries({
    'which goes on elsewhere in the file': { inFile: 4 },
    'which goes on elsewhere in memory': { inMemory: 4 },
    'the first of which ends in zeros': { zeros: 4 },
    'with a gap between them': { gap: 1 },
    'which overlap': { gap: -1 },
  }).map(
    ([how, split]) =>
      [`names in two segments, ${how}`, /or in two of them/, anElf((bytes) => splitNames(bytes, split))] as const,
  ),
  ['a place below `$ORIGIN` beyond ASCII', /not ASCII/, anElf(() => undefined, '$ORIGIN/l\xedb')],
  ['a place below `$ORIGIN` with a control character', /not ASCII/, anElf(() => undefined, '$ORIGIN/\x7f')],
]

const inspect = (bytes: Buffer, pieces: number, place = PLACE) => inspectProgram(inPieces(bytes, pieces), place)

for (const [title, says, bytes] of ELF_ROWS)
  test(`refuses ${title}`, async () => {
    for (const pieces of [bytes.length > MIB ? 65536 : 7, 4 * MIB])
      assert.match((await expectCodeAsync('PROGRAM_UNSAFE', () => inspect(bytes, pieces))).message, says)
  })

test('refuses a library in an order of bytes that does not exist', async () => {
  const bytes = anElf((each) => each.writeUInt8(3, BYTE_ORDER))
  await expectCodeAsync('PROGRAM_UNSAFE', () => inspect(bytes, 7, BESIDE))
})

test('admits the programs that these were before, more segments on other pages, segments that go on as one, and a library that nothing can load', async () => {
  for (const pieces of [7, 4 * MIB]) {
    for (const spoil of [
      () => undefined,
      (bytes: Buffer) => loadAlso(bytes, MIB, 64),
      (bytes: Buffer) => lift(bytes, MIB),
      (bytes: Buffer) => splitNames(bytes),
    ])
      await inspect(anElf(spoil), pieces)
    await inspect(anElf(withoutSegments), pieces, BESIDE)
  }
})
