// Mach-O files that two readers could take differently, or that do not parse, and what is asked for when it has passed by.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Platform } from '../../../schemas/platform.ts'
import type { ProgramPlace } from '../../../trust/artifact/program/check-program.ts'
import { inspectProgram } from '../../../trust/artifact/program/check-program.ts'
import { readMachO } from '../../../trust/artifact/program/mach-o.ts'
import type { RangeParser } from '../../../trust/artifact/program/ranges.ts'
import { feedRanges, PassedBy } from '../../../trust/artifact/program/ranges.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { inPieces } from '../../support/builders/archive-builder.ts'
import type { MachORecipe } from '../../support/builders/native-files.ts'
import { aFatFile, aMachO } from '../../support/builders/native-files.ts'

const ARM64 = 0x0100000c
const PLACE: ProgramPlace = {
  ...{ name: 'x', path: 'bin/tool', executable: 'bin/tool', startable: true, platform: 'darwin_arm64' as Platform },
}
const HELPER: ProgramPlace = { ...PLACE, path: 'lib/helper' }

/** Its load commands: one for the loader at 32, with its length at 36, the place of its text at 40 and the text at 44. */
function aMac(spoil: (bytes: Buffer) => unknown, recipe: MachORecipe = { loader: '/usr/lib/dyld' }): Buffer {
  const bytes = aMachO(recipe)
  spoil(bytes)
  return bytes
}

/** A universal file of so many slices that are one. */
const slices = (count: number, slice = aMachO()) =>
  aFatFile(Array.from({ length: count }, () => [ARM64, slice] as const))

function setCommand(bytes: Buffer, kind: number, length: number): void {
  bytes.writeUInt32LE(kind, 32)
  bytes.writeUInt32LE(length, 36)
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
const TEXT_AT = 44
/** One that says nothing of what is loaded. */
const LC_UUID = 0x1b
const MACH_ROWS: readonly (readonly [title: string, bytes: Buffer])[] = [
  ['a library at a fixed address', aMachO({ commands: [[0x6, '/usr/lib/libx.dylib']] })],
  ['a library that says its fixed address', aMachO({ commands: [[0x7, '/usr/lib/libx.dylib']] })],
  ['a search path behind a 64-bit table', aWideFatFile(aMachO({ rpaths: ['.'] }))],
  ['a slice farther than any file is long', aWideFatFile(aMachO(), 2n ** 60n)],
  ['a slice farther than numbers are exact', aWideFatFile(aMachO(), 2n ** 64n - 1n)],
  ['a slice in another order of bytes', aFatFile([[ARM64, aMachO({ loader: '/usr/lib/dyld' }).swap32()]])],
  ['more than 16 slices', slices(17)],
  ['as many slices as no Java class has', slices(44)],
  ['a slice of another format', aFatFile([[ARM64, aMac((bytes) => bytes.writeUInt32LE(0x1234_5678, 0), {})]])],
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
  ['a load command of 4 bytes', aMac((bytes) => setCommand(bytes, LC_UUID, 4))],
  ['a load command of no bytes', aMac((bytes) => setCommand(bytes, LC_UUID, 0))],
  ['a load command that leaves the others', aMac((bytes) => bytes.writeUInt32LE(4096, 36))],
  ['a load command without room for a text', aMac((bytes) => bytes.writeUInt32LE(8, 36))],
  ['a text in the head of its load command', aMac((bytes) => bytes.writeUInt32LE(8, 40))],
  ['a text behind its load command', aMac((bytes) => bytes.writeUInt32LE(500, 40))],
  ['a text without an end', aMac((bytes) => bytes.fill('A', TEXT_AT, 32 + bytes.readUInt32LE(36)))],
]

const SAYS = /Mach-O|table of slices|looks for libraries|no linker of today/

const inspect = (bytes: Buffer, pieces: number, place = PLACE) => inspectProgram(inPieces(bytes, pieces), place)

for (const [title, bytes] of MACH_ROWS)
  test(`refuses ${title}`, async () => {
    for (const pieces of [bytes.length > MIB ? 65536 : 7, 4 * MIB])
      for (const place of [PLACE, HELPER])
        assert.match((await expectCodeAsync('PROGRAM_UNSAFE', () => inspect(bytes, pieces, place))).message, SAYS)
  })

test('admits the programs that these were before, with up to 16 slices and either table', async () => {
  for (const pieces of [7, 4 * MIB])
    for (const bytes of [aMac(() => undefined), aWideFatFile(aMac(() => undefined)), slices(16)])
      await inspect(bytes, pieces)
})

test('a table of slices that breaks off is refused by the reader of Mach-O itself', () => {
  const whole = aFatFile([[ARM64, aMachO()]])
  const read = (bytes: Buffer) => {
    const feed = feedRanges(readMachO('x'))
    feed.push(bytes)
    return feed.finish()
  }
  assert.equal(read(whole).commanded, false)
  for (const length of [8, 27])
    assert.match(expectCode('PROGRAM_UNSAFE', () => read(whole.subarray(0, length))).message, /table of slices/)
})

test('a part that was asked for when it had passed already is refused, and one among the bytes that are kept is not', async () => {
  function* backwards(at: number): RangeParser<string> {
    yield { at: 60, length: 4 }
    return (yield { at, length: 4 }).toString('latin1')
  }
  const bytes = Buffer.from('0123456789'.repeat(10))
  for (const pieces of [1, 7, 100]) {
    const read = (at: number) => {
      const feed = feedRanges(backwards(at), 16)
      for (let from = 0; from < bytes.length; from += pieces) feed.push(bytes.subarray(from, from + pieces))
      return feed.finish()
    }
    assert.equal(read(12), '2345')
    if (pieces < 20) assert.throws(() => read(30), PassedBy)
  }
})
