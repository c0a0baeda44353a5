// What stands around the entries, and what ordinary programs pack: read where nobody signs, and as safe there.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { crc32, gzipSync } from 'node:zlib'
import { inspectArchive } from '../../../client/verify/inspect-archive.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import type { TarPart } from '../../support/archive-builder.ts'
import {
  END_OF_TAR,
  inPieces,
  patched,
  paxEntry,
  tarballOf,
  tarEntry,
  tarOf,
  withChecksum,
} from '../../support/archive-builder.ts'
import { expectCodeAsync } from '../../support/expect-code.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const inspect = (bytes: Buffer, lenient = false) =>
  inspectArchive({ chunks: inPieces(bytes), name: 'a.tar.gz', lenient })
const plain = tarEntry({ path: 'a.txt', content: 'hello' })
/** The entry with some fields of its header written over. */
const entry = (changes: Readonly<Record<number, string | Buffer>>) => patched(plain, changes)
const [SIZE, FLAG, LINK, MAGIC, PAD] = [124, 156, 157, 257, 500]

test('a gzip header may carry a name and notes, and its checksum is asked', async () => {
  const body = tarballOf([plain]).subarray(10)
  const header = (flags: number, ...extra: Buffer[]) =>
    Buffer.concat([Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3]), ...extra])
  const [name, notes, extra] = [Buffer.from('a.tar\0'), Buffer.from('c\0'), Buffer.from([2, 0, 7, 7])]
  const checked = (bytes: Buffer) =>
    Buffer.concat([bytes, Buffer.from([crc32(bytes) & 0xff, (crc32(bytes) >> 8) & 0xff])])
  const good = [
    header(0),
    header(1),
    header(8, name),
    header(16, notes),
    header(4, extra),
    header(24, name, notes),
    checked(header(2)),
    checked(header(30, extra, name, notes)),
  ]
  for (const start of good) assert.equal((await inspect(Buffer.concat([start, body]))).files.length, 1)
  const bad = [
    header(2, Buffer.from([0, 0])),
    header(32),
    header(128),
    header(8, Buffer.alloc(2000, 97)),
    header(4, Buffer.from([255, 255])),
    header(8, Buffer.from('x')),
  ]
  for (const start of bad)
    await expectCodeAsync('ARCHIVE_MALFORMED', () =>
      inspect(Buffer.concat([start, ...(start.length > 100 || start[3] !== 2 ? [] : [body])])),
    )
  for (const [at, value] of [
    [0, 0],
    [1, 0],
    [2, 7],
  ] as const) {
    const bytes = tarballOf([plain])
    bytes[at] = value
    await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(bytes))
  }
})

test('an archive ends with two zero blocks and only zeros behind them', async () => {
  const ends: readonly (readonly [Buffer, boolean])[] = [
    [END_OF_TAR, true],
    [Buffer.alloc(10_240), true],
    [Buffer.alloc(512), false],
    [Buffer.alloc(1000), false],
    [Buffer.alloc(0), false],
    [Buffer.concat([Buffer.alloc(1024), Buffer.from('x')]), false],
    [Buffer.concat([Buffer.alloc(1024), plain, END_OF_TAR]), false],
    [Buffer.concat([Buffer.alloc(512), plain, END_OF_TAR]), false],
  ]
  for (const [end, good] of ends) {
    const bytes = gzipSync(Buffer.concat([plain, end]))
    if (good) assert.equal((await inspect(bytes)).files.length, 1)
    else await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(bytes))
  }
})

test('what tar programs pack by themselves is read where nobody signs, and refused with the remedy where somebody does', async (t) => {
  const folder = tempFolder(t)
  const long = `t/${'d'.repeat(60)}/${'long'.repeat(15)}.txt`
  for (const path of ['t/bin', dirname(long)]) mkdirSync(join(folder, path), { recursive: true })
  writeFileSync(join(folder, 't/bin/tool'), '#!/bin/sh\necho OK\n', { mode: 0o755 })
  writeFileSync(join(folder, long), 'x')
  const pack = (...words: string[]) => {
    execFileSync('tar', ['-C', folder, '-czf', join(folder, 'a.tgz'), ...words])
    return readFileSync(join(folder, 'a.tgz'))
  }
  const forms = [
    ['--format=gnu', 't'],
    ['--format=gnu', './t'],
    ['--format=pax', 't'],
    ['--format=pax', '--pax-option=SCHILY.xattr.com.apple.provenance:=\u0001x', 't'],
    ['--format=pax', '--pax-option=globexthdr.name=g,comment=0123abc', 't'],
    ['--format=pax', '--pax-option=LIBARCHIVE.creationtime:=1', 't'],
    ['--format=ustar', 't'],
  ]
  for (const words of forms) {
    const bytes = pack(...words)
    const { files } = await inspect(bytes, true)
    assert.deepEqual(
      files.map(({ path, executable }) => [path, executable]).sort(),
      [
        ['t/bin/tool', true],
        [long, false],
      ],
      words.join(' '),
    )
  }
  const error = await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(pack('--format=gnu', 't')))
  assert.equal(error.hint, 'pack it with `octo build`, or again with `tar --format=ustar`')
  assert.equal((await inspect(pack('--format=ustar', 't'))).files.length, 2)
})

test('the lenient form is as safe: what escapes, links, hides or changes sizes is refused in it too', async () => {
  const gnu = (changes: Readonly<Record<number, string | Buffer>> = {}) => entry({ [MAGIC]: 'ustar  \0', ...changes })
  const longNamed = (name: string) =>
    patched(tarEntry({ path: '././@LongLink', content: name }), { [MAGIC]: 'ustar  \0', [FLAG]: 'L' })
  const hostile: readonly (readonly [ErrorCode, readonly (Buffer | TarPart)[]])[] = [
    ['ARCHIVE_ENTRY_UNSAFE', [longNamed('../escape\0'), gnu()]],
    ['ARCHIVE_ENTRY_UNSAFE', [longNamed('./../escape\0'), gnu()]],
    ['ARCHIVE_ENTRY_UNSAFE', [longNamed('/etc/x\0'), gnu()]],
    ['ARCHIVE_MALFORMED', [longNamed('a\0b\0'), gnu()]],
    ['ARCHIVE_MALFORMED', [longNamed('a'), gnu()]],
    ['ARCHIVE_MALFORMED', [longNamed('a\0')]],
    ['ARCHIVE_ENTRY_UNSAFE', [longNamed('a\0'), longNamed('b\0'), gnu()]],
    ['ARCHIVE_MALFORMED', [gnu({ 386: '1' })]],
    ['ARCHIVE_MALFORMED', [gnu({ [SIZE]: '\x80\0\0\0\0\0\0\0\0\0\0\x05' })]],
    ['ARCHIVE_ENTRY_UNSAFE', [gnu({ [FLAG]: 'S' })]],
    ['ARCHIVE_ENTRY_UNSAFE', [gnu({ [FLAG]: 'K' })]],
    ['ARCHIVE_ENTRY_UNSAFE', [gnu({ [FLAG]: '2', [LINK]: '/etc/passwd' })]],
    ['ARCHIVE_MALFORMED', [paxEntry({ 'GNU.sparse.major': '1' }), plain]],
    ['ARCHIVE_MALFORMED', [paxEntry({ 'SCHILY.realsize': '9' }), plain]],
    ['ARCHIVE_MALFORMED', [paxEntry({ size: '9' }), plain]],
    ['ARCHIVE_MALFORMED', [paxEntry({ linkpath: 'x' }), plain]],
    ['ARCHIVE_MALFORMED', [paxEntry({ hdrcharset: 'BINARY' }), plain]],
    ['ARCHIVE_MALFORMED', [{ path: 'g', type: 'GlobalExtendedHeader', content: '10 path=x\n' }, plain]],
    ['ARCHIVE_MALFORMED', [{ path: 'g', type: 'GlobalExtendedHeader', content: '13 comment=x\n' }]],
    ['ARCHIVE_MALFORMED', [plain, { path: 'g', type: 'GlobalExtendedHeader', content: '13 comment=x\n' }]],
    ['ARCHIVE_MALFORMED', [paxEntry({ uid: '1' }), { path: 'g', type: 'GlobalExtendedHeader' }, plain]],
    ['ARCHIVE_MALFORMED', [longNamed('a\0'), { path: 'g', type: 'GlobalExtendedHeader' }, plain]],
    ...['mtime', 'atime', 'ctime', 'uid', 'gid'].flatMap((key) =>
      ['x', '', '1e3', '0x1', ' 1', '1_0', '1.'].map(
        (value) => ['ARCHIVE_MALFORMED', [paxEntry({ [key]: value }), plain]] as const,
      ),
    ),
    ['ARCHIVE_MALFORMED', [paxEntry({ uname: 'a\0b' }), plain]],
    ['ARCHIVE_MALFORMED', [entry({ [PAD]: 'x' })]],
    ['ARCHIVE_MALFORMED', [gnu({ 136: '0000000000x\0' })]],
    ['ARCHIVE_MALFORMED', [gnu({ 108: '00000x0\0' })]],
    ['ARCHIVE_MALFORMED', [gnu({ 329: '0009000\0' })]],
    ['ARCHIVE_ENTRY_UNSAFE', [plain, { path: './a.txt', content: 'x' }]],
    ['ARCHIVE_MALFORMED', [{ path: './', content: 'x' }]],
  ]
  for (const [code, parts] of hostile)
    await expectCodeAsync(code, () =>
      inspect(tarballOf(parts), true).then(() => assert.fail(JSON.stringify(parts).slice(0, 200))),
    )
  assert.equal((await inspect(tarballOf([gnu({ [FLAG]: '\0' })]), true)).files.length, 1)
  assert.equal((await inspect(tarballOf([longNamed('a/b\0'), gnu()]), true)).files[0]?.path, 'a/b')
})

test('an entry of a pax path is read even where its own name was cut within a character', async () => {
  const cut = entry({ 0: Buffer.concat([Buffer.alloc(99, 97), Buffer.from([0xc3])]) })
  const path = `${'a'.repeat(99)}ä`
  assert.equal((await inspect(tarballOf([paxEntry({ path }), cut]))).files[0]?.path, path)
  await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(tarballOf([cut])))
  assert.equal(tarOf([plain]).length, withChecksum(plain).length + END_OF_TAR.length)
})
