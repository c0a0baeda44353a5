// Archives put together and mutated field by field: what our reader takes, others take as the same files.
import { createHash } from 'node:crypto'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { isCoded } from '../schemas/errors.ts'
import { inPieces, patched, paxEntry, tarEntry, withChecksum } from '../test/support/builders/archive-builder.ts'
import { inspectArchive } from '../trust/archive/inspect-archive.ts'
import type { Fuzzing, Outcome } from './fuzzing.ts'
import type { TarFile } from './gnu-tar.ts'
import { asGnuTar, withoutDot } from './gnu-tar.ts'
import type { Random } from './random.ts'
import type { Readers } from './readers.ts'
import { findDifference } from './readers.ts'

/** Where fields of a header begin, and places within and between them. */
const STARTS = [
  ...[
    0, 50, 99, 100, 107, 108, 116, 124, 125, 135, 136, 147, 148, 156, 157, 200, 257, 262, 263, 265, 297, 329, 337, 345,
    400,
  ],
  ...[475, 482, 483, 495, 500, 508],
]
const VALUES = [
  ...[
    '\0',
    ' ',
    '0',
    '7',
    '8',
    'x',
    '-',
    '+',
    '/',
    './',
    '../',
    '\x80',
    '\xff',
    '0000644\0',
    '00000000012\0',
    ' 12 \0',
    '\x80\0\0\0',
  ],
  ...[
    'ustar  \0',
    'ustar\x0000',
    'ustar\x00\0\0',
    'L',
    'K',
    'g',
    'x',
    'S',
    'D',
    'V',
    '1',
    '2',
    '5',
    '7',
    'tar\0',
    '\xc3\xa4',
    '1_0',
  ],
]
const RECORDS: readonly (readonly [string, string])[] = [
  ...([
    ['path', 'ü'],
    ['path', 'a/b'],
    ['path', './c'],
    ['path', 'a/'],
    ['path', 'a\0b'],
    ['path', ''],
    ['size', '5'],
  ] as const),
  ...([
    ['size', '05'],
    ['size', ' 5'],
    ['size', '1'],
    ['mtime', '1'],
    ['mtime', '1.5'],
    ['mtime', '-1'],
    ['mtime', 'x'],
  ] as const),
  ...([
    ['uid', '10'],
    ['gid', '-1'],
    ['uname', 'ä'],
    ['comment', 'x'],
    ['linkpath', 'y'],
    ['hdrcharset', 'BINARY'],
  ] as const),
  ...([
    ['GNU.sparse.major', '1'],
    ['GNU.sparse.realsize', '9'],
    ['GNU.sparse.name', 'z'],
    ['SCHILY.realsize', '9'],
  ] as const),
  ...([
    ['SCHILY.xattr.user.a', 'b'],
    ['SCHILY.dev', '1'],
    ['LIBARCHIVE.xattr.a', 'b'],
    ['path=', 'q'],
    ['charset', 'x'],
  ] as const),
]

/** GNU tar is asked about one in so many. */
const SAMPLE = 20

export async function fuzzArchive({ random, readers }: Fuzzing): Promise<Outcome> {
  const bytes = zipped(tarOf(random), random)
  const lenient = random.below(2) === 0
  const kind = lenient ? 'lenient' : 'posix'
  const files: TarFile[] = []
  try {
    await inspectArchive({
      chunks: inPieces(bytes, random.of([7, 512, 65_536])),
      name: 'fuzz',
      lenient,
      onFile: async ({ path, size, executable }, chunks) => {
        const hash = createHash('sha256')
        for await (const chunk of chunks) hash.update(chunk)
        files.push([path, size, executable, hash.digest('hex')])
      },
    })
  } catch (error) {
    if (isCoded(error)) return { kind, taken: false }
    return { kind, taken: false, problem: `crash: ${error} on ${bytes.toString('base64')}` }
  }
  const difference = await differenceOf({ files, bytes, readers, sampled: random.below(SAMPLE) === 0 })
  if (difference === undefined) return { kind, taken: true }
  return { kind, taken: true, problem: `${difference} of ${bytes.toString('base64')}` }
}

type Taken = { readonly files: TarFile[]; readonly bytes: Buffer; readonly readers: Readers; readonly sampled: boolean }

async function differenceOf({ files, bytes, readers, sampled }: Taken): Promise<string | undefined> {
  const question = { kind: 'tar', bytes, refusals: 'differ' } as const
  const adapt = (theirs: unknown) => (theirs as TarFile[]).map(([path, ...rest]) => [withoutDot(path), ...rest])
  for (const only of ['Python', 'Go']) {
    const difference = await findDifference(readers, { ...question, ours: files, only, adapt })
    if (difference !== undefined) return difference
  }
  return sampled ? await findDifference(readers, { ...question, ours: asGnuTar(files), only: 'GNU tar' }) : undefined
}

function tarOf(random: Random): Buffer {
  const long = `${'d'.repeat(60)}/${'f'.repeat(60)}`
  const entries = [
    () => tarEntry({ path: 'bin', type: 'Directory', mode: 0o755 }),
    () =>
      tarEntry({
        path: random.of(['bin/run', './bin/run', 'bin//run', 'Bin/run']),
        content: '#!/bin/sh\n',
        mode: 0o755,
      }),
    () => someRecords(random),
    () => tarEntry({ path: 'data.txt', content: 'hello' }),
    () => (random.below(4) === 0 ? patched(records(random), { 156: 'g' }) : Buffer.alloc(0)),
    () =>
      random.below(4) === 0 ? longName(random.of([`${long}\0`, long, 'short\0', 'a\0b\0', './e\0'])) : Buffer.alloc(0),
    () => tarEntry({ path: random.of([long, 'z', 'ä', 'a\u0308']), content: 'x'.repeat(random.below(1200)) }),
  ]
  const built = entries.filter(() => random.below(4) > 0).map((entry) => entry())
  const mixed = built.map((entry) => (entry.length > 0 && random.below(5) === 0 ? mutatedEntry(entry, random) : entry))
  return Buffer.concat([...mixed, Buffer.alloc(random.of([1024, 1024, 1024, 512, 1536, 10_240]))])
}

function someRecords(random: Random): Buffer {
  return random.below(2) === 0 ? Buffer.alloc(0) : records(random)
}

function records(random: Random): Buffer {
  return paxEntry(Object.fromEntries(Array.from({ length: 1 + random.below(2) }, () => random.of(RECORDS))))
}

function longName(content: string): Buffer {
  return patched(tarEntry({ path: '././@LongLink', content }), { 156: 'L', 257: 'ustar  \0' })
}

function mutatedEntry(entry: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(entry)
  const at = random.below(5) === 0 ? random.below(bytes.length) : random.of(STARTS) + random.below(12)
  Buffer.from(random.of(VALUES), 'latin1').copy(bytes, Math.min(at, bytes.length - 1))
  return random.below(10) === 0 ? bytes : withChecksum(bytes)
}

const [HEADER_CRC, EXTRA, NAME, COMMENT] = [2, 4, 8, 16]

function zipped(tar: Buffer, random: Random): Buffer {
  const way = random.below(12)
  if (way === 0) return withHeader(tar, random)
  const good = gzipSync(tar, { level: random.of([0, 1, 9]) })
  if (way === 1)
    return Buffer.concat([good, random.of([gzipSync(''), gzipSync(tar), Buffer.alloc(512), Buffer.from('x')])])
  if (way === 2) return Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))])
  if (way === 3)
    good[random.of([0, 1, 2, 3, 8, 9, good.length - 1, good.length - 5, random.below(good.length)])] = random.below(256)
  return way === 4 ? good.subarray(0, good.length - random.below(12)) : good
}

/** With the fields that gzip knows and few programs write. */
function withHeader(tar: Buffer, random: Random): Buffer {
  const flags = random.below(32)
  const parts = [Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3])]
  if (flags & EXTRA) parts.push(Buffer.from([4, 0, 65, 66, 0, 0]))
  for (const flag of [NAME, COMMENT]) if (flags & flag) parts.push(Buffer.from('name\0'))
  const sum = crc32(Buffer.concat(parts)) + (random.below(3) === 0 ? 1 : 0)
  if (flags & HEADER_CRC) parts.push(Buffer.from([sum & 255, (sum >> 8) & 255]))
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(tar))
  trailer.writeUInt32LE(tar.length, 4)
  return Buffer.concat([...parts, deflateRawSync(tar), trailer])
}
