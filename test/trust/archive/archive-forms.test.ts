// Every field of a header, every spelling of a path and every byte around the entries: what two readers, or two file systems,
// take differently is refused, and what ordinary programs pack is read where nobody signs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspectArchive } from '../../../trust/archive/inspect-archive.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { inPieces, patched, paxEntry, tarballOf, tarEntry } from '../../support/builders/archive-builder.ts'

const inspect = (bytes: Buffer, lenient = false) =>
  inspectArchive({ chunks: inPieces(bytes), name: 'a.tar.gz', lenient })
const plain = tarEntry({ path: 'a.txt', content: 'hello' })
/** The entry with some fields of its header written over. */
const entry = (changes: Readonly<Record<number, string | Buffer>>) => patched(plain, changes)
const [MODE, UID, GID, SIZE, MTIME, FLAG, LINK, MAGIC, UNAME, GNAME, MAJOR, MINOR, PREFIX, PAD] = [
  100, 108, 116, 124, 136, 156, 157, 257, 265, 297, 329, 337, 345, 500,
]

const BAD_NUMBERS = [
  '0000000000x',
  '-0000000001',
  '+0000000005',
  '0x000000005',
  '0o000000005',
  '00000000 05',
  '00000000_05',
  '000000000\0 5',
  '          5',
  '00000000008',
  '00000000009',
  '           ',
  '000000000000',
  '\x80\0\0\0\0\0\0\0\0\0\0\x05',
  '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
  '\u00b2',
]

const numberCases = [
  ...[MODE, UID, GID, MAJOR, MINOR].flatMap((offset) =>
    BAD_NUMBERS.map(
      (text) =>
        [
          offset,
          text.length > 8 ? text.slice(-7) + (text.length === 12 ? text.at(-1) : '\0') : text.padEnd(8, '\0'),
        ] as const,
    ),
  ),
  ...[SIZE, MTIME].flatMap((offset) => BAD_NUMBERS.map((text) => [offset, text.padEnd(12, '\0')] as const)),
].filter(([, text]) => !/^[0-7]+[ \0]+$/.test(text))

test(`refuses ${numberCases.length} numbers that are not octal digits with an end, in every numeric field`, async () => {
  for (const [offset, text] of numberCases)
    await expectCodeAsync('ARCHIVE_MALFORMED', () =>
      inspect(tarballOf([entry({ [offset]: text })])).then((seen) =>
        assert.fail(`${offset} ${JSON.stringify(text)} ${JSON.stringify(seen)}`),
      ),
    )
  for (const offset of [MODE, SIZE, MTIME])
    await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(tarballOf([entry({ [offset]: Buffer.alloc(8) })])))
})

const FIELDS: Readonly<Record<string, Buffer>> = {
  'GNU magic': entry({ [MAGIC]: 'ustar  \0' }),
  'no magic': entry({ [MAGIC]: Buffer.alloc(8) }),
  'another version': entry({ [MAGIC]: 'ustar\x0001' }),
  'magic without its zero': entry({ [MAGIC]: 'ustar 00' }),
  'bytes behind the name': entry({ 50: 'hidden' }),
  'bytes behind the prefix': entry({ [PREFIX]: 'p\0hidden' }),
  'bytes behind the user': entry({ [UNAME]: 'root\0x' }),
  'a user that is no UTF-8': entry({ [UNAME]: '\xff' }),
  'a group that is no UTF-8': entry({ [GNAME]: '\xc0\x80' }),
  'bytes in the padding': entry({ [PAD]: 'x' }),
  'the mark of star': entry({ 508: 'tar\0' }),
  'a link name': entry({ [LINK]: 'b.txt' }),
  'a setuid bit': entry({ [MODE]: '0004755\0' }),
  'a sticky bit': entry({ [MODE]: '0001755\0' }),
  'file type bits': entry({ [MODE]: '0100644\0' }),
  'a name that is no UTF-8': entry({ 0: '\xff.txt' }),
  'a signed checksum': signedChecksum(entry({ [UNAME]: Buffer.from('ä') })),
  'bytes after a file': Buffer.concat([plain.subarray(0, 600), Buffer.from('x'), plain.subarray(601)]),
  'a size that is another one': entry({ [SIZE]: '00000007777\0' }),
}

test(`refuses ${Object.keys(FIELDS).length} headers and paddings that hold more than one reader sees`, async () => {
  for (const [what, part] of Object.entries(FIELDS))
    await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(tarballOf([part])).then(() => assert.fail(what)))
})

test('refuses every type but file and folder', async () => {
  for (const flag of [
    '\0',
    '1',
    '2',
    '3',
    '4',
    '6',
    '7',
    '8',
    'A',
    'D',
    'K',
    'L',
    'M',
    'N',
    'S',
    'V',
    'X',
    'g',
    'z',
    ' ',
  ])
    await expectCodeAsync('ARCHIVE_ENTRY_UNSAFE', () =>
      inspect(tarballOf([entry({ [FLAG]: flag })])).then(() => assert.fail(JSON.stringify(flag))),
    )
})

const PAX: readonly Readonly<Record<string, string>>[] = [
  ...[
    { size: '4' },
    { size: '05' },
    { size: '' },
    { linkpath: 'x' },
    { 'GNU.sparse.major': '1' },
    { 'GNU.sparse.name': 'x' },
    { hdrcharset: 'BINARY' },
  ],
  ...[
    { uid: 'x' },
    { uid: '' },
    { uid: '-1' },
    { uid: '1_0' },
    { gid: '0x1' },
    { mtime: 'x' },
    { mtime: '1e5' },
    { mtime: 'nan' },
    { atime: '' },
    { uname: 'a\0b' },
  ],
  ...[
    { 'SCHILY.realsize': '9' },
    { 'SCHILY.xattr.user.a': 'x' },
    { 'LIBARCHIVE.creationtime': '1' },
    { Path: 'x' },
    { 'path ': 'x' },
    { '': 'x' },
    { path: '\udcff' },
  ],
]

test(`refuses ${PAX.length} pax records that change an entry, or that others read otherwise`, async () => {
  for (const records of PAX.filter((each) => each.path === undefined))
    await expectCodeAsync('ARCHIVE_MALFORMED', () =>
      inspect(tarballOf([paxEntry(records), plain])).then(() => assert.fail(JSON.stringify(records))),
    )
  for (const text of [
    '5 a=b\n',
    '6 a=b',
    '06 a=b\n',
    ' 6 a=b\n',
    '6  a=b\n',
    '+6 a=b\n',
    '3 \n',
    '1 \n',
    '0 \n',
    '8 path\n\n\n',
    'x',
    '11 path=a\n12 path=b\n',
    '10 path=a\n10 path=b\n',
    '14 comment=a\n14 comment=b\n',
    '999999 path=a\n',
    '9 path=\xff\n',
  ])
    await expectCodeAsync('ARCHIVE_MALFORMED', () =>
      inspect(tarballOf([{ path: 'x', type: 'ExtendedHeader', content: Buffer.from(text, 'latin1') }, plain])).then(
        () => assert.fail(text),
      ),
    )
  await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(tarballOf([paxEntry({ path: 'x' })])))
  await expectCodeAsync('ARCHIVE_ENTRY_UNSAFE', () =>
    inspect(tarballOf([paxEntry({ path: 'x' }), paxEntry({ path: 'y' }), plain])),
  )
  await expectCodeAsync('ARCHIVE_ENTRY_UNSAFE', () => inspect(tarballOf([paxEntry({ path: '' }), plain])))
  const seen = await inspect(
    tarballOf([paxEntry({ path: 'grün', size: '5', mtime: '1.5', uid: '1', uname: 'ä', comment: '' }), plain]),
  )
  assert.deepEqual(
    seen.files.map(({ path }) => path),
    ['grün'],
  )
})

test('refuses lengths of pax records that are right and written in another way, and records without their end', async () => {
  const inspectRecord = (text: string) =>
    inspect(tarballOf([{ path: 'x', type: 'ExtendedHeader', content: text }, plain]))
  assert.equal((await inspectRecord('13 comment=x\n')).files.length, 1)
  for (const text of [
    '014 comment=x\n',
    '+14 comment=x\n',
    '0xe comment=x\n',
    '14. comment=x\n',
    '1e1 uid=1\n',
    '13 comment=xy',
  ])
    assert.match(
      (await expectCodeAsync('ARCHIVE_MALFORMED', () => inspectRecord(text))).message,
      /an extended header does not parse/,
      text,
    )
})

/** As programs wrote it that took bytes for signed numbers. */
function signedChecksum(bytes: Buffer): Buffer {
  const signed = Buffer.from(bytes)
  signed.write('        ', 148, 'latin1')
  const sum = signed.subarray(0, 512).reduce((total, byte) => total + (byte > 127 ? byte - 256 : byte), 0)
  signed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return signed
}
