// What would run when a plugin is started: hostile and honest programs through the one check, in pieces of several sizes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Runtime } from '../../../../schemas/manifest.ts'
import type { Platform } from '../../../../schemas/platform.ts'
import type { ProgramPlace } from '../../../../trust/artifact/program/check-program.ts'
import { inspectProgram } from '../../../../trust/artifact/program/check-program.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { inPieces } from '../../../support/builders/archive-builder.ts'
import type { ElfRecipe, MachORecipe } from '../../../support/builders/native-files.ts'
import { aFatFile, aMachO, anElfFile } from '../../../support/builders/native-files.ts'

const GLIBC = '/lib64/ld-linux-x86-64.so.2'
const MUSL = '/lib/ld-musl-x86_64.so.1'
const [AMD64, ARM64] = [0x01000007, 0x0100000c]

type Row = readonly [title: string, bytes: Buffer, changes?: Partial<ProgramPlace>]

const place = (changes: Partial<ProgramPlace> = {}): ProgramPlace => ({
  ...{ name: 'x', path: 'bin/tool', executable: 'bin/tool', startable: true, platform: 'linux_amd64' as Platform },
  ...changes,
})
const on = (platform: string) => ({ platform: platform as Platform })
const under = (name: Runtime['name']) => ({ platform: 'any' as Platform, runtime: { name } })
const beside = (path: string, startable = false) => ({ path, executable: 'bin/tool', startable })
const script = (line: string, rest = '\necho hi\n') => Buffer.from(`${line}${rest}`, 'latin1')
const elf = (recipe: ElfRecipe) => anElfFile({ interpreter: GLIBC, needed: ['libc.so.6'], ...recipe })
const mac = (recipe: MachORecipe) => aMachO({ loader: '/usr/lib/dyld', ...recipe })
const spoilt = (bytes: Buffer, spoil: (bytes: Buffer) => unknown) => {
  spoil(bytes)
  return bytes
}
const DARWIN = on('darwin_arm64')

const ADMITTED: readonly Row[] = [
  ['a shell script', script('#!/bin/sh')],
  ['a blank before the interpreter', script('#! /bin/sh')],
  ['options that load nothing', script('#!/bin/bash -eu')],
  ['a shell that is told that no options follow', script('#!/bin/sh -')],
  ['blanks behind the interpreter', script('#!/bin/sh  ')],
  ['a line without an end', script('#!/bin/sh', '')],
  ['env with a name', script('#!/usr/bin/env node')],
  ['env that splits its words', script('#!/usr/bin/env -S bash -euo pipefail')],
  ['env -S in one word', script('#!/usr/bin/env -Snode --no-warnings')],
  ['env -S with an absolute path', script('#!/usr/bin/env -S /usr/bin/python3 -I -S')],
  ['python that looks at nothing around', script('#!/usr/bin/python3 -I')],
  ['perl with warnings', script('#!/usr/bin/perl -w')],
  ['awk', script('#!/usr/bin/awk -f')],
  ['busybox as a shell', script('#!/bin/busybox sh')],
  ['an interpreter of Nix', script('#!/nix/store/abc-bash-5/bin/bash')],
  ['a line as long as every kernel reads', script(`#!/opt/${'x'.repeat(115)}/bash`)],
  ['a static program', anElfFile()],
  ['a static program for musl', anElfFile(), on('linux_amd64_musl')],
  ['a program for glibc', elf({})],
  ['a program for musl', anElfFile({ interpreter: MUSL, needed: ['libc.musl-x86_64.so.1'] }), on('linux_amd64_musl')],
  ['libraries of the system', elf({ runpath: '/usr/lib/mysql:/opt/lib' })],
  ['libraries beside the program', elf({ runpath: '$ORIGIN' })],
  ['libraries in the same plugin', elf({ runpath: '$ORIGIN/../lib:${ORIGIN}/lib/' })],
  ['the older search path', elf({ rpath: '$ORIGIN/../lib' })],
  ['names far before the dynamic section', elf({ runpath: '$ORIGIN', gap: 3_000_000 })],
  ['a 32-bit program', elf({ width: 1, machine: 3, interpreter: '/lib/ld-linux.so.2' }), on('linux_386')],
  ['a big-endian program', elf({ order: 'big', machine: 22, interpreter: '/lib/ld64.so.1' }), on('linux_s390x')],
  ['a program for FreeBSD', elf({ interpreter: '/libexec/ld-elf.so.1' }), on('freebsd_amd64')],
  ['a library beside the program', anElfFile({ runpath: '$ORIGIN/../lib' }), beside('lib/libx.so')],
  ['a library for another machine beside it', anElfFile({ machine: 183 }), beside('prebuilds/arm64.node')],
  ['an object file beside it', anElfFile({ type: 1 }), beside('x.o')],
  ['an addon under node', anElfFile({ needed: ['libc.so.6'] }), { ...beside('x.node'), ...under('node') }],
  ['text beside it', Buffer.from('plain'), beside('README.md')],
  ['an empty file beside it', Buffer.alloc(0), beside('__init__.py')],
  ['a Java class beside it', Buffer.from([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 45, 0, 0]), beside('x.class')],
  ['a script beside it that nobody can start', script('#!bin/interp'), beside('docs/example.sh')],
  ['a Mach-O program', mac({ needed: ['/usr/lib/libSystem.B.dylib'] }), DARWIN],
  ['Mach-O libraries in the plugin', mac({ needed: ['@rpath/libx.dylib'], rpaths: ['@loader_path/../lib'] }), DARWIN],
  ['a Mach-O library by the place of the program', mac({ needed: ['@executable_path/../lib/libx.dylib'] }), DARWIN],
  [
    'a universal file',
    aFatFile([
      [AMD64, mac({ cpu: AMD64 })],
      [ARM64, mac({})],
    ]),
    DARWIN,
  ],
  ['a file for node', Buffer.from('export {}'), under('node')],
  ['a script that says what its runtime is', script('#!/usr/bin/env node'), under('node')],
  ['bash that says bash', script('#!/bin/bash -e'), under('bash')],
  ['bash that says sh', script('#!/bin/sh'), under('bash')],
  ['python by its version', script('#!/usr/bin/python3.12'), under('python3')],
  ['perl', script('#!/usr/bin/perl'), under('perl')],
]

const UNSAFE: readonly Row[] = [
  ['an interpreter in the working directory', script('#!bin/interp')],
  ['an interpreter by its name', script('#!sh')],
  ['an interpreter with `./`', script('#!./interp')],
  ['an interpreter behind a blank', script('#! bin/interp')],
  ['an interpreter behind a tab', script('#!\tbin/interp')],
  ['a path that climbs', script('#!/usr/../tmp/interp')],
  ['a path with `.`', script('#!/usr/./bin/x')],
  ['a path with two slashes', script('#!//tmp/interp')],
  ['an interpreter in /tmp', script('#!/tmp/interp')],
  ['an interpreter in /var/tmp', script('#!/var/tmp/interp')],
  ['an interpreter in shared memory', script('#!/dev/shm/interp')],
  ['the working directory by way of /proc', script('#!/proc/self/cwd/interp')],
  ['an open file as the interpreter', script('#!/dev/fd/3')],
  ['an interpreter in a home folder', script('#!/home/ci/bin/python3')],
  ['an interpreter in a home folder of macOS', script('#!/Users/ci/bin/python3')],
  ['a line that ends as on Windows', script('#!/bin/sh\r')],
  ['env that ends as on Windows', script('#!/usr/bin/env node\r')],
  ['a carriage return alone', script('#!/bin/sh\recho')],
  ['no interpreter', script('#!')],
  ['blanks only', script('#!   ')],
  ['a NUL', script('#!/bin/sh\0')],
  ['a character that is not ASCII', script('#!/opt/\xe4/sh')],
  ['an interpreter that nobody knows', script('#!/usr/bin/env bun')],
  ['a shell that only reads the script', script('#!/bin/sh -n')],
  ['busybox with the name of a script', script('#!/bin/busybox sh sh')],
  ['a line that kernels cut off', script(`#!/opt/${'x'.repeat(116)}/bash`)],
  ['a line that all kernels cut off', script(`#!/opt/${'a/'.repeat(300)}sh`)],
  ['env with a relative path', script('#!/usr/bin/env bin/interp')],
  ['env with `./`', script('#!/usr/bin/env ./interp')],
  ['env with nothing', script('#!/usr/bin/env')],
  ['env that sets PATH', script('#!/usr/bin/env -S PATH=. interp')],
  ['env that changes the folder', script('#!/usr/bin/env -S -C /tmp sh')],
  ['env that forgets PATH', script('#!/usr/bin/env -i sh')],
  ['env that reads variables', script('#!/usr/bin/env -S ${SHELL}')],
  ['env with words that nobody splits', script('#!/usr/bin/env node --no-warnings')],
  ['env -S with a relative path', script('#!/usr/bin/env -S bin/interp -x')],
  ['env -S with a path in /tmp', script('#!/usr/bin/env -S /tmp/python3')],
  ['env by way of env', script('#!/usr/bin/env -S env -S')],
  ['env by way of the path of env', script('#!/usr/bin/env -S /usr/bin/env -i')],
  ['a shell that is given a command', script('#!/bin/sh -c')],
  ['a shell that reads rc files', script('#!/bin/bash -i')],
  ['a shell that logs in', script('#!/bin/bash -l')],
  ['a shell with a file of its own', script('#!/bin/bash hook.sh')],
  ['a shell with an rc file', script('#!/usr/bin/env -S bash --rcfile x')],
  ['node that loads a file first', script('#!/usr/bin/env -S node --require=./hook.js')],
  ['node that loads a module first', script('#!/usr/bin/env -S node --import hook')],
  ['node that reads variables from a file', script('#!/usr/bin/env -S node --env-file=.env')],
  ['perl with a folder of the working directory', script('#!/usr/bin/perl -Ilib')],
  ['perl that loads a module', script('#!/usr/bin/perl -Mx')],
  ['python that runs a module', script('#!/usr/bin/python3 -m')],
  ['ruby that loads a file', script('#!/usr/bin/ruby -rx')],
  ['another runtime than its first line', script('#!/bin/bash'), under('sh')],
  ['python that says node', script('#!/usr/bin/env node'), under('python3')],
  ['sh that says python', script('#!/usr/bin/python3'), under('sh')],
  ['perl that says perl6', script('#!/usr/bin/perl6'), under('perl')],
  ['a runtime and a line that ends as on Windows', script('#!/bin/sh\r'), under('sh')],
  ['a helper with a relative interpreter', script('#!bin/interp'), beside('lib/helper', true)],
  ['a loader in the working directory', elf({ interpreter: 'ld.so' })],
  ['a loader in /tmp', elf({ interpreter: '/tmp/ld-linux-x86-64.so.2' })],
  ['a loader by way of /proc', elf({ interpreter: '/proc/self/cwd/ld-linux-x86-64.so.2' })],
  ['a loader whose path climbs', elf({ interpreter: '/lib64/../tmp/ld-linux-x86-64.so.2' })],
  ['an empty loader', elf({ interpreter: '' })],
  ['a loader with a NUL within', elf({ interpreter: '/lib64/ld-linux-x86-64.so.2\0x' })],
  ['a relative search path', elf({ runpath: 'lib' })],
  ['the working directory as search path', elf({ runpath: '.' })],
  ['an empty search path', elf({ runpath: '' })],
  ['an empty entry at the end', elf({ runpath: '/usr/lib:' })],
  ['an empty entry in the middle', elf({ runpath: '/usr/lib::/opt/lib' })],
  ['a relative entry behind a good one', elf({ runpath: '$ORIGIN/../lib:lib' })],
  ['a relative entry of the older kind', elf({ rpath: 'lib' })],
  ['a search path out of the plugin', elf({ runpath: '$ORIGIN/../..' })],
  ['a search path out and in again', elf({ runpath: '$ORIGIN/../../bin' })],
  ['$ORIGIN in the middle', elf({ runpath: '/opt/$ORIGIN' })],
  ['$ORIGIN that goes on', elf({ runpath: '$ORIGINAL/lib' })],
  ['$ORIGIN after $ORIGIN', elf({ runpath: '$ORIGIN/$ORIGIN' })],
  ['$LIB', elf({ runpath: '/opt/$LIB' })],
  ['$PLATFORM', elf({ runpath: '$ORIGIN/$PLATFORM' })],
  ['a search path in /tmp', elf({ runpath: '/tmp/build/lib' })],
  ['what a build left behind', elf({ runpath: '/home/ci/build/lib' })],
  ['a search path with a line break', elf({ runpath: '/usr/lib\nlib' })],
  ['a search path that climbs', elf({ runpath: '/usr/lib/../../tmp' })],
  ['a library by its path', elf({ needed: ['lib/libx.so'] })],
  ['a library by an absolute path', elf({ needed: ['/usr/lib/libx.so'] })],
  ['a library in /proc', elf({ needed: ['/proc/self/cwd/libx.so'] })],
  ['a library with `$ORIGIN`', elf({ needed: ['$ORIGIN/libx.so'] })],
  ['a library without a name', elf({ needed: [''] })],
  ['an auditor', elf({ tags: [[0x6ffffefc, 'audit.so']] })],
  ['an auditor of its dependencies', elf({ tags: [[0x6ffffefb, 'audit.so']] })],
  ['a configuration of the loader', elf({ tags: [[0x6ffffefa, 'ld.config']] })],
  ['a filter by its path', elf({ tags: [[0x7fffffff, './x.so']] })],
  ['an auxiliary filter by its path', elf({ tags: [[0x7ffffffd, './x.so']] })],
  ['a second table of names', elf({ tags: [[5, 0]] })],
  ['a second size of the table of names', elf({ tags: [[10, 4]] })],
  ['a name outside the table of names', elf({ tags: [[29, 100_000]] })],
  ['a library beside with a relative search path', anElfFile({ runpath: 'lib' }), beside('lib/libx.so')],
  ['a library beside that leads out', anElfFile({ runpath: '$ORIGIN/../..' }), beside('lib/libx.so')],
  [
    'an addon under node with a relative search path',
    anElfFile({ rpath: '.' }),
    { ...beside('x.node'), ...under('node') },
  ],
  ['a raw program that leads out', elf({ runpath: '$ORIGIN/..' }), { path: 'tool', executable: 'tool' }],
  ['a program without segments', spoilt(anElfFile(), (bytes) => bytes.writeUInt16LE(0, 56))],
  ['an object file as a program', anElfFile({ type: 1 })],
  ['segments outside the file', spoilt(anElfFile(), (bytes) => bytes.writeBigUInt64LE(1_000_000n, 32))],
  ['segments of another size', spoilt(anElfFile(), (bytes) => bytes.writeUInt16LE(57, 54))],
  ['too many segments', spoilt(anElfFile(), (bytes) => bytes.writeUInt16LE(60_000, 56))],
  ['a dynamic section whose address and place differ', spoilt(elf({}), (bytes) => moveSegment(bytes, 2, 8))],
  ['two dynamic sections', spoilt(elf({}), (bytes) => bytes.writeUInt32LE(2, 64 + 56))],
  ['two loaders', spoilt(elf({}), (bytes) => bytes.writeUInt32LE(3, 64 + 2 * 56))],
  ['a dynamic section without an end', spoilt(elf({}), (bytes) => bytes.writeUInt8(1, bytes.length - 16))],
  ['a header that breaks off', elf({}).subarray(0, 40)],
  ['a file that breaks off', elf({}).subarray(0, -40)],
  ['a width that does not exist', spoilt(anElfFile(), (bytes) => bytes.writeUInt8(3, 4)), beside('x.so')],
  ['a relative Mach-O library', mac({ needed: ['libx.dylib'] }), DARWIN],
  ['a Mach-O library in the working directory', mac({ needed: ['./libx.dylib'] }), DARWIN],
  ['a Mach-O library in /tmp', mac({ needed: ['/tmp/libx.dylib'] }), DARWIN],
  ['a Mach-O library in a home folder', mac({ needed: ['/Users/ci/libx.dylib'] }), DARWIN],
  ['a Mach-O library out of the plugin', mac({ needed: ['@loader_path/../../libx.dylib'] }), DARWIN],
  ['a Mach-O library that climbs out of its search path', mac({ needed: ['@rpath/../libx.dylib'] }), DARWIN],
  ['a weak library', mac({ commands: [[0x80000018, 'libx.dylib']] }), DARWIN],
  ['a re-exported library', mac({ commands: [[0x8000001f, 'libx.dylib']] }), DARWIN],
  ['a library that is loaded late', mac({ commands: [[0x20, 'libx.dylib']] }), DARWIN],
  ['a library of the level above', mac({ commands: [[0x80000023, 'libx.dylib']] }), DARWIN],
  ['a prebound library', mac({ commands: [[0x10, '/usr/lib/libx.dylib']] }), DARWIN],
  ['a relative Mach-O search path', mac({ rpaths: ['lib'] }), DARWIN],
  ['an empty Mach-O search path', mac({ rpaths: [''] }), DARWIN],
  ['a Mach-O search path out of the plugin', mac({ rpaths: ['@executable_path/../..'] }), DARWIN],
  ['a Mach-O search path by another', mac({ rpaths: ['@rpath/lib'] }), DARWIN],
  ['variables for the loader', mac({ commands: [[0x27, 'DYLD_LIBRARY_PATH=.']] }), DARWIN],
  ['another loader', aMachO({ loader: '/tmp/dyld' }), DARWIN],
  [
    'the second slice of a universal file',
    aFatFile([
      [ARM64, mac({})],
      [AMD64, mac({ cpu: AMD64, rpaths: ['.'] })],
    ]),
    DARWIN,
  ],
  ['a slice for another machine than the table says', aFatFile([[ARM64, mac({ cpu: AMD64 })]]), DARWIN],
  ['a slice that is no program', aFatFile([[ARM64, Buffer.alloc(64)]]), DARWIN],
  ['a slice outside the file', aFatFile([[ARM64, mac({})]]).subarray(0, 4100), DARWIN],
  [
    'load commands that do not end',
    spoilt(mac({ rpaths: ['/usr/lib'] }), (bytes) => bytes.writeUInt32LE(9999, 20)),
    DARWIN,
  ],
  [
    'a load command without a length',
    spoilt(mac({ rpaths: ['/usr/lib'] }), (bytes) => bytes.writeUInt32LE(0, 36)),
    DARWIN,
  ],
  ['more load commands than there are', spoilt(mac({}), (bytes) => bytes.writeUInt32LE(9, 16)), DARWIN],
  ['a text outside its load command', spoilt(mac({}), (bytes) => bytes.writeUInt32LE(500, 40)), DARWIN],
  [
    'the place of the program under a runtime',
    mac({ needed: ['@executable_path/x.dylib'] }),
    { ...beside('x.node'), ...under('node') },
  ],
]

const MISMATCHED: readonly Row[] = [
  ['a file of 0 bytes', Buffer.alloc(0)],
  ['a file of 0 bytes under a runtime', Buffer.alloc(0), under('sh')],
  ['a file of blanks under a runtime', Buffer.from(' \n\t\r\n\n'), under('python3')],
  ['a file of zeros under a runtime', Buffer.alloc(10_000), under('node')],
  ['plain text', Buffer.from('plain')],
  ['glibc under the key of musl', elf({}), on('linux_amd64_musl')],
  ['musl under the plain key', elf({ interpreter: MUSL })],
  ['a loader of neither', elf({ interpreter: '/lib/ld-other.so.1' })],
  ['another architecture', elf({ machine: 183 })],
  ['a program under a runtime', elf({}), under('sh')],
]

function moveSegment(bytes: Buffer, index: number, by: number): void {
  const at = 64 + index * 56 + 8
  bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at) + BigInt(by), at)
}

const inspect = (bytes: Buffer, changes: Partial<ProgramPlace> | undefined, pieces: number) =>
  inspectProgram(inPieces(bytes, pieces), place(changes))

for (const [title, bytes, changes] of ADMITTED)
  test(`admits ${title}`, async () => {
    for (const pieces of [bytes.length < 10_000 ? 7 : 4096, 1024 * 1024]) await inspect(bytes, changes, pieces)
  })

for (const [rows, code] of [
  [UNSAFE, 'PROGRAM_UNSAFE'],
  [MISMATCHED, 'PLATFORM_MISMATCH'],
] as const)
  for (const [title, bytes, changes] of rows)
    test(`refuses ${title}`, async () => {
      for (const pieces of [7, 1024 * 1024]) await expectCodeAsync(code, () => inspect(bytes, changes, pieces))
    })

test('a carriage return is shown in the reason', async () => {
  const error = await expectCodeAsync('PROGRAM_UNSAFE', () => inspect(script('#!/bin/sh\r'), {}, 100))
  assert.match(error.message, /`\/bin\/sh\\r`/)
  assert.match(error.hint ?? '', /line ends of Unix/)
})

test('says which loader and libraries a program needs', async () => {
  assert.deepEqual(await inspect(elf({ needed: ['libm.so.6', 'libc.so.6'] }), {}, 64), {
    ...{ loader: GLIBC, libraries: ['libm.so.6', 'libc.so.6'], places: [GLIBC] },
  })
})
