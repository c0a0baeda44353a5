// One layer, byte by byte: what it says of its entries, and everything that it is refused for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { digestOf } from '../../../schemas/digest.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { readLayer } from '../../../trust/image/read-layer.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { END_OF_TAR, inPieces, patched, paxEntry, tarEntry, tarOf } from '../../support/builders/archive-builder.ts'

const WEB = tarEntry({ path: 'web', content: 'words' })

type Given = { readonly bytes?: number; readonly entries?: number; readonly content?: Buffer; readonly piece?: number }

function read(layer: Buffer, { bytes = 2 ** 22, entries = 9, content = layer, piece }: Given = {}) {
  const reading = { name: 'layer 1', content: digestOf(content), budget: { bytes, entries } }
  return readLayer({ ...reading, chunks: inPieces(layer, piece) })
}

const extension = (type: string, content: string | Buffer) =>
  patched(tarEntry({ path: 'x', content }), { 156: { pax: 'x', global: 'g', long: 'L', link: 'K' }[type] ?? '' })
const pax = (text: string) => tarOf([extension('pax', text), WEB])
const sized = (field: string | Buffer) => tarOf([patched(tarEntry({ path: 'web' }), { 124: field })])
const base256 = (hex: string) => Buffer.from(`80${hex.padStart(22, '0')}`, 'hex')

const PATHS: readonly (readonly [what: string, layer: Buffer, path: string, target?: string])[] = [
  ['a plain name', tarOf([WEB]), 'web'],
  ['a layer without an end', WEB, 'web'],
  ['a name of an extended header', tarOf([paxEntry({ path: 'other', linkpath: 't', mtime: '1' }), WEB]), 'other', 't'],
  ['a long name in an entry of its own', tarOf([extension('long', 'other\0'), WEB]), 'other'],
  ['a long target in an entry of its own', tarOf([extension('link', 'other'), WEB]), 'web', 'other'],
  ['a global header that changes nothing', tarOf([extension('global', '17 comment=12345\n'), WEB]), 'web'],
  ['a name as long as paths are', tarOf([paxEntry({ path: 'x'.repeat(4096) }), WEB]), 'x'.repeat(4096)],
  ['as many folders as are followed', tarOf([paxEntry({ path: 'x/'.repeat(256) }), WEB]), 'x/'.repeat(256)],
  ['a size in base 256', tarOf([patched(WEB, { 124: base256('05') })]), 'web'],
]

for (const [what, layer, path, target = ''] of PATHS)
  test(`reads ${what}`, async () => {
    const entries = await read(layer)
    assert.deepEqual(entries, [{ type: 'File', path, target, size: 5, index: 0 }])
  })

const PACKED = { 'as it is': (tar: Buffer) => tar, gzip: gzipSync, zstd: zstdCompressSync }

for (const [what, pack] of Object.entries(PACKED))
  test(`reads a layer that is packed: ${what}`, async () => {
    const tar = tarOf([WEB])
    assert.deepEqual(
      (await read(pack(tar), { content: tar, piece: 7 })).map(({ path }) => path),
      ['web'],
    )
  })

const REFUSED: readonly (readonly [what: string, code: ErrorCode, says: RegExp, layer: Buffer, given?: Given])[] = [
  ['no bytes', 'ARCHIVE_MALFORMED', /it is empty/, Buffer.alloc(0)],
  ['damaged gzip', 'ARCHIVE_MALFORMED', /compressed data is damaged/, gzipSync(tarOf([WEB])).subarray(0, -9)],
  ['half of a header', 'ARCHIVE_MALFORMED', /breaks off in an entry/, WEB.subarray(0, 300)],
  ['a wrong checksum', 'ARCHIVE_MALFORMED', /checksum of an entry/, Buffer.concat([Buffer.from('x'), WEB.subarray(1)])],
  ['a size of letters', 'ARCHIVE_MALFORMED', /a size in it is no number/, sized('abc')],
  ['a size beyond numbers', 'ARCHIVE_MALFORMED', /larger than a number holds/, sized(base256('20000000000000'))],
  ['a file that breaks off', 'ARCHIVE_MALFORMED', /breaks off in a file/, WEB.subarray(0, 514)],
  ['padding that breaks off', 'ARCHIVE_MALFORMED', /breaks off in a file/, WEB.subarray(0, 600)],
  ['a global name', 'ARCHIVE_MALFORMED', /global header/, tarOf([extension('global', '10 path=x\n'), WEB])],
  ['records beyond their bytes', 'ARCHIVE_MALFORMED', /does not parse/, pax('99 path=x\n')],
  ['a record with another length', 'ARCHIVE_MALFORMED', /does not parse/, pax('8 path=x\n')],
  ['a length with a sign', 'ARCHIVE_MALFORMED', /does not parse/, pax('+11 path=x\n')],
  ['a sparse file', 'ARCHIVE_MALFORMED', /sparse/, pax('22 GNU.sparse.major=1\n')],
  ['a record with a size of letters', 'ARCHIVE_MALFORMED', /a size in it is no number/, pax('12 size=abc\n')],
  [
    'a header too large',
    'ARCHIVE_MALFORMED',
    /header is too large/,
    tarOf([extension('long', Buffer.alloc(2 ** 20 + 1))]),
  ],
  ['a header that breaks off', 'ARCHIVE_MALFORMED', /in an extended/, extension('pax', '10 path=x\n').subarray(0, 522)],
  ['a device', 'ARCHIVE_ENTRY_UNSAFE', /is a BlockDevice/, tarOf([{ path: 'web', type: 'BlockDevice' }])],
  ['an unknown type', 'ARCHIVE_ENTRY_UNSAFE', /is a entry of type V/, tarOf([patched(WEB, { 156: 'V' })])],
  ['a path that climbs', 'ARCHIVE_ENTRY_UNSAFE', /has `\.\.`/, tarOf([tarEntry({ path: 'a/../web' })])],
  ['a long path', 'ARCHIVE_ENTRY_UNSAFE', /too long/, tarOf([paxEntry({ path: 'x'.repeat(4097) }), WEB])],
  ['a long target', 'ARCHIVE_ENTRY_UNSAFE', /too long/, tarOf([paxEntry({ linkpath: 'x'.repeat(4097) }), WEB])],
  ['too many folders', 'ARCHIVE_ENTRY_UNSAFE', /too long/, tarOf([paxEntry({ path: 'x/'.repeat(257) }), WEB])],
  ['a folder with content', 'ARCHIVE_ENTRY_UNSAFE', /is no file/, tarOf([patched(WEB, { 156: '5' })])],
  ['more bytes than allowed', 'LIMIT_EXCEEDED', /too many bytes/, tarOf([WEB]), { bytes: 1024 }],
  ['more entries than allowed', 'LIMIT_EXCEEDED', /too many entries/, tarOf([WEB, WEB]), { entries: 1 }],
  ['other content', 'DIGEST_MISMATCH', /is other than its image says/, tarOf([WEB]), { content: END_OF_TAR }],
]

for (const [what, code, says, layer, given] of REFUSED)
  test(`refuses a layer for ${what}`, async () => {
    const { message } = await expectCodeAsync(code, () => read(layer, given))
    assert.match(message, says)
    assert.match(message, /layer 1/)
  })

test('bytes behind the end of a layer count for its digest', async () => {
  const layer = Buffer.concat([tarOf([WEB]), Buffer.alloc(9000, 'x')])
  assert.equal((await read(layer)).length, 1)
  await expectCodeAsync('DIGEST_MISMATCH', () => read(layer, { content: tarOf([WEB]) }))
})
