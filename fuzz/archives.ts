// Mutations of good archives, field by field: what our reader takes, the second reader takes as the same files.
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { gzipSync } from 'node:zlib'
import { inspectArchive } from '../client/verify/inspect-archive.ts'
import { isCoded } from '../schemas/errors.ts'
import { tarEntry, withChecksum } from '../test/support/archive-builder.ts'
import type { Random } from './random.ts'
import type { SecondReader } from './second-reader.ts'

const STARTS = [
  0, 50, 99, 100, 108, 116, 124, 136, 148, 156, 157, 257, 262, 263, 265, 297, 329, 337, 345, 400, 475, 500, 508,
]
const VALUES = [
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
  'ustar  \0',
  'L',
  'g',
  '5',
  'tar\0',
  '\xc3\xa4',
  '1_0',
]

/** A description of the difference, or undefined. */
export async function fuzzArchive(random: Random, second: SecondReader | undefined): Promise<string | undefined> {
  const bytes = gzipSync(Buffer.concat([...entries(random), Buffer.alloc(random.of([1024, 1024, 1024, 512, 10_240]))]))
  const files: unknown[] = []
  const lenient = random.below(2) === 0
  try {
    const onFile = async (
      file: { path: string; size: number; executable: boolean },
      chunks: AsyncIterable<Uint8Array>,
    ) => {
      const hash = createHash('sha256')
      for await (const chunk of chunks) hash.update(chunk)
      files.push([file.path, file.size, file.executable, hash.digest('hex')])
    }
    await inspectArchive({ chunks: once(bytes), name: 'fuzz', lenient, onFile })
  } catch (error) {
    return isCoded(error) ? undefined : `crashed on ${bytes.toString('base64')}: ${error}`
  }
  if (second === undefined) return undefined
  const theirs = await second.read('tar', bytes)
  const names = (theirs?.value as [string, ...unknown[]][] | undefined)?.map(([path, ...rest]) => [
    path.replace(/^(?:\.\/)+/, ''),
    ...rest,
  ])
  return isDeepStrictEqual(files, names)
    ? undefined
    : `two readers of ${bytes.toString('base64')} (lenient: ${lenient})`
}

function entries(random: Random): Buffer[] {
  const good = [
    tarEntry({ path: 'bin', type: 'Directory', mode: 0o755 }),
    tarEntry({ path: 'bin/run', content: '#!/bin/sh\n', mode: 0o755 }),
    tarEntry({
      path: 'x',
      type: 'ExtendedHeader',
      content: random.of([
        '10 path=ü\n',
        '12 path=a/b\n',
        '10 size=5\n',
        '11 mtime=1\n',
        '9 uid=10\n',
        '13 comment=x\n',
      ]),
    }),
    tarEntry({ path: 'data.txt', content: 'hello' }),
  ].filter(() => random.below(8) !== 0)
  return good.map((entry) => (random.below(3) === 0 ? mutated(entry, random) : entry))
}

function mutated(entry: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(entry)
  const at = random.below(5) === 0 ? random.below(bytes.length) : random.of(STARTS) + random.below(12)
  Buffer.from(random.of(VALUES), 'latin1').copy(bytes, Math.min(at, bytes.length - 1))
  return random.below(10) === 0 ? bytes : withChecksum(bytes)
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}
