// What stands around the entries, and what ordinary programs pack: read where nobody signs, and as safe there.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { crc32, gzipSync } from 'node:zlib'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { inspectArchive } from '../../../trust/archive/inspect-archive.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { TarPart } from '../../support/builders/archive-builder.ts'
import {
  END_OF_TAR,
  inPieces,
  patched,
  paxEntry,
  tarballOf,
  tarEntry,
  tarOf,
  withChecksum,
} from '../../support/builders/archive-builder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

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
  const spoilt = (at: number, value: number) => {
    const bytes = tarballOf([plain])
    bytes[(at + bytes.length) % bytes.length] = value
    return bytes
  }
  const bad: readonly (readonly [says: RegExp, bytes: Buffer])[] = [
    [/the checksum of its gzip header is wrong/, Buffer.concat([header(2, Buffer.from([0, 0])), body])],
    [/not gzip-compressed/, Buffer.concat([header(32), body])],
    [/not gzip-compressed/, Buffer.concat([header(128), body])],
    [/its gzip header does not end/, Buffer.concat([header(8, Buffer.alloc(2000, 97), name), body])],
    [/breaks off in its gzip header/, header(4, Buffer.from([255, 255]))],
    [/breaks off in its gzip header/, header(8, Buffer.from('x'))],
    [/not gzip-compressed/, spoilt(0, 0)],
    [/not gzip-compressed/, spoilt(1, 0)],
    [/not gzip-compressed/, spoilt(2, 7)],
    [/checksum does not fit its data/, spoilt(-8, 0x5a)],
    [/checksum does not fit its data/, spoilt(-1, 1)],
  ]
  for (const [says, bytes] of bad)
    assert.match((await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(bytes))).message, says)
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

test('a header that is cut, damaged or of no known form is called that, in either form of reading', async () => {
  const damaged = Buffer.from(plain)
  damaged[0] = 0x62
  const says: readonly (readonly [says: RegExp, part: Buffer])[] = [
    [/it breaks off in an entry/, plain.subarray(0, 300)],
    [/it breaks off in an entry/, Buffer.concat([paxEntry({ path: 'x' }), plain.subarray(0, 511)])],
    [/the checksum of an entry is wrong/, damaged],
    [/in the POSIX (?:nor in the GNU )?tar form/, entry({ [MAGIC]: Buffer.alloc(8) })],
    [/in the POSIX (?:nor in the GNU )?tar form/, entry({ [MAGIC]: 'ustar\x0001' })],
  ]
  for (const lenient of [false, true])
    for (const [message, part] of says)
      assert.match(
        (await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(gzipSync(part), lenient))).message,
        message,
      )
})

test('what is cut off, hidden behind an entry or said of all entries is called by its name', async () => {
  const hidden = tarEntry({ path: 'hidden' })
  const strict: readonly (readonly [says: RegExp, tar: Buffer])[] = [
    [/a folder in it has content/, tarOf([{ path: 'd', type: 'Directory', content: hidden }])],
    [/an extended header is too large/, tarOf([paxEntry({ comment: 'x'.repeat(64 * 1024) }), plain])],
    [/it breaks off in an extended header/, paxEntry({ path: 'x' }).subarray(0, 515)],
    [/it breaks off in a file/, plain.subarray(0, 514)],
    [/it breaks off in an entry/, plain.subarray(0, 520)],
  ]
  for (const [says, tar] of strict)
    for (const lenient of [false, true])
      assert.match((await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(gzipSync(tar), lenient))).message, says)
  const global = (content: string): TarPart => ({ path: 'g', type: 'GlobalExtendedHeader', content })
  const lenient: readonly (readonly [says: RegExp, parts: readonly (TarPart | Buffer)[]])[] = [
    [/a global header changes all entries/, [global('10 path=x\n'), plain]],
    [/a global header changes all entries/, [global('9 size=5\n'), plain]],
    [/an entry has no name/, [{ path: '.' }]],
    [/an entry has no name/, [{ path: './', type: 'Directory', content: hidden }]],
  ]
  for (const [says, parts] of lenient)
    assert.match((await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(tarballOf(parts), true))).message, says)
  assert.deepEqual((await inspect(tarballOf([{ path: './', type: 'Directory' }]), true)).files, [])
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
  const admitted = [gnu({ [FLAG]: '\0' }), gnu({ 108: '\x80\0\0\0\x7f\0\0\x01' }), gnu({ 108: Buffer.alloc(8) })]
  for (const part of admitted) assert.equal((await inspect(tarballOf([part]), true)).files.length, 1)
  assert.equal((await inspect(tarballOf([longNamed('a/b\0'), gnu()]), true)).files[0]?.path, 'a/b')
})

test('an entry of a pax path is read even where its own name was cut within a character', async () => {
  const cut = entry({ 0: Buffer.concat([Buffer.alloc(99, 97), Buffer.from([0xc3])]) })
  const path = `${'a'.repeat(99)}ä`
  assert.equal((await inspect(tarballOf([paxEntry({ path }), cut]))).files[0]?.path, path)
  await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(tarballOf([cut])))
  assert.equal(tarOf([plain]).length, withChecksum(plain).length + END_OF_TAR.length)
})
