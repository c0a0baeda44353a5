// Which platform an executable is for, by the first bytes of its file.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProgramHead } from '../../../schemas/program-head.ts'
import { readProgramHead } from '../../../schemas/program-head.ts'
import { checkPlatformMagic } from '../../../trust/artifact/platform-magic.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { aPlatform } from '../../support/builders/names.ts'

function elf(machine: number, { width = 2, endianness = 1, abi = 0 } = {}): Buffer {
  const head = Buffer.alloc(64)
  head.write('\x7fELF', 'latin1')
  head.set([width, endianness, 1, abi], 4)
  if (endianness === 1) head.writeUInt16LE(machine, 18)
  else head.writeUInt16BE(machine, 18)
  return head
}
function machO(...cpus: number[]): Buffer {
  const head = Buffer.alloc(4096)
  if (cpus.length === 1) {
    head.writeUInt32LE(0xfeedfacf, 0)
    head.writeUInt32LE(cpus[0] ?? 0, 4)
  } else {
    head.writeUInt32BE(0xcafebabe, 0)
    head.writeUInt32BE(cpus.length, 4)
    for (const [index, cpu] of cpus.entries()) head.writeUInt32BE(cpu, 8 + index * 20)
  }
  return head
}
function pe(machine: number, offset = 0x80): Buffer {
  const head = Buffer.alloc(4096)
  head.write('MZ', 'latin1')
  head.writeUInt32LE(offset, 0x3c)
  if (offset < 4000) head.write('PE', offset, 'latin1')
  if (offset < 4000) head.writeUInt16LE(machine, offset + 4)
  return head
}
/** A universal file as it begins, with so many slices in a table of so many bytes. */
function universal(slices: number, { magic = 0xcafebabe, tableBytes = 4088 } = {}): Buffer {
  const head = Buffer.alloc(8 + tableBytes)
  head.writeUInt32BE(magic, 0)
  head.writeUInt32BE(slices, 4)
  return head
}
/** Programs of Windows may have any number where universal files have theirs. */
function withNumberAt4(head: Buffer, number: number): Buffer {
  head.writeUInt32BE(number, 4)
  return head
}
const script = Buffer.from('#!/bin/sh\n')
const javaClass = Buffer.from([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61, 0, 0])
const node = { name: 'node' as const }
const [AMD, ARM] = [0x01000007, 0x0100000c]

const accepted: [string, Buffer, { name: 'node' }?][] = [
  ['linux_amd64', elf(62)],
  ['linux_amd64_musl', elf(62)],
  ['linux_arm64', elf(183)],
  ['linux_386', elf(3, { width: 1 })],
  ['linux_s390x', elf(22, { endianness: 2 })],
  ['freebsd_amd64', elf(62, { abi: 9 })],
  ['linux_amd64', elf(62, { abi: 3 })],
  ['darwin_arm64', machO(ARM)],
  ['darwin_amd64', machO(AMD, ARM)],
  ['windows_amd64', pe(0x8664)],
  ['windows_amd64', withNumberAt4(pe(0x8664), 2)],
  ['linux_amd64', script],
  ['any', script],
  ['any', Buffer.from('export {}'), node],
  ['linux_amd64', Buffer.from('export {}'), node],
]
test('accepts executables on the platform that their header names', () => {
  for (const [platform, head, runtime] of accepted) checkPlatformMagic(head, aPlatform(platform), 'x', runtime)
})

const refused: [string, Buffer, { name: 'node' }?][] = [
  ['linux_amd64', elf(183)],
  ['linux_arm64', elf(62)],
  ['linux_amd64', elf(62, { abi: 9 })],
  ['freebsd_amd64', elf(62, { abi: 3 })],
  ['linux_ppc64', elf(21)],
  ['linux_amd64', elf(62, { width: 1 })],
  ['darwin_arm64', elf(183)],
  ['darwin_arm64', machO(AMD)],
  ['darwin_amd64', javaClass],
  ['linux_amd64', machO(AMD)],
  ['windows_arm64', pe(0x8664)],
  ['windows_amd64', pe(0x8664, 0xfffffff0)],
  ['windows_amd64', script],
  ['linux_amd64', pe(0x8664)],
  ['linux_amd64', Buffer.from('plain text')],
  ['linux_amd64', Buffer.alloc(0)],
  ['any', Buffer.from('export {}')],
  ['any', elf(62)],
  ['any', elf(62), node],
  ['any', pe(0x8664), node],
  ['any', machO(ARM), node],
]
test('refuses executables that the platform cannot run', () => {
  for (const [platform, head, runtime] of refused)
    expectCode('PLATFORM_MISMATCH', () => checkPlatformMagic(head, aPlatform(platform), 'x', runtime))
})

const WRITTEN: readonly (readonly [platform: string, bytes: string, said: RegExp, hint: RegExp])[] = [
  ['linux_amd64', 'echo hello\n', /is text whose first line does not begin with `#!`/, /`#!\/bin\/sh`, or .*`runtime:/],
  ['any', '\ufeff#!/bin/sh\n', /begins with a byte order mark/, /without a byte order mark/],
  ['linux_amd64', 'PK\0\0', /is not an executable of any kind/, /the program that was built for this platform/],
  ['windows_amd64', 'echo hello\n', /is not an executable of any kind/, /the program that was built/],
]
test('whoever took a text for a program is told what mends just that', () => {
  for (const [platform, bytes, said, hint] of WRITTEN) {
    const error = expectCode('PLATFORM_MISMATCH', () =>
      checkPlatformMagic(Buffer.from(bytes), aPlatform(platform), 'x'),
    )
    assert.match(error.message, said)
    assert.match(error.hint ?? '', hint)
    assert.deepEqual(error.details, { file: 'x', platform })
  }
})

const FORMATS: readonly (readonly [what: string, head: Buffer, format: ProgramHead['format']])[] = [
  ['a universal file of 44 slices', universal(44), 'mach-o'],
  ['a universal file with 64-bit offsets', universal(44, { magic: 0xcafebabf, tableBytes: 44 * 32 }), 'mach-o'],
  ['a universal file without a slice', universal(0), 'other'],
  ['a class of Java, which begins like a universal file of 45 slices', universal(45), 'other'],
  ['a universal file whose table is cut off', universal(2, { tableBytes: 39 }), 'other'],
  ['a table of 64-bit offsets that is cut off', universal(2, { magic: 0xcafebabf, tableBytes: 63 }), 'other'],
  ['the magic number of a universal file alone', universal(2).subarray(0, 7), 'other'],
  ['an ELF header that is cut off before its machine', elf(62).subarray(0, 19), 'other'],
  ['an ELF header that ends with its machine', elf(62).subarray(0, 20), 'elf'],
  ['a header of Windows that is cut off', pe(0x8664).subarray(0, 63), 'other'],
  ['a header of Windows without what follows it', pe(0x8664).subarray(0, 64), 'pe'],
  ['a page of text', Buffer.alloc(4096, 'text '), 'other'],
  ['a script', script, 'script'],
]
for (const [what, head, format] of FORMATS)
  test(`${what} has the format ${format}`, () => {
    assert.equal(readProgramHead(head).format, format)
  })
