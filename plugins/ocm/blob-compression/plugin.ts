// Packs blobs with gzip or zstd, and unpacks them again. Bytes are streamed from file to file, however large they are.
import { open } from 'node:fs/promises'
import type { Transform } from 'node:stream'
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { z } from 'zod'
import type { Location } from '../../../sdk/service/index.ts'
import { blobTransformer, CallError, definePlugin, pathOf, streamLocation } from '../../../sdk/service/index.ts'
import { atMost } from './at-most.ts'

const ALGORITHMS = ['gzip', 'zstd'] as const
type Algorithm = (typeof ALGORITHMS)[number]

const MEDIA_TYPES: Readonly<Record<Algorithm, string>> = { gzip: 'application/gzip', zstd: 'application/zstd' }
const MAGIC: Readonly<Record<Algorithm, string>> = { gzip: '1f8b', zstd: '28b52ffd' }
const MAX_LEVELS: Readonly<Record<Algorithm, number>> = { gzip: 9, zstd: 19 }
const GIB = 1024 ** 3

const packShape = z
  .strictObject({
    type: z.string(),
    algorithm: z.enum(ALGORITHMS).default('gzip'),
    level: z.int().min(1).max(19).optional(),
  })
  .refine(({ algorithm, level = 1 }) => level <= MAX_LEVELS[algorithm], {
    path: ['level'],
    error: 'gzip has levels 1 to 9',
  })

const unpackShape = z.strictObject({
  type: z.string(),
  /** What it was packed with; seen by its first bytes when absent. */
  algorithm: z.enum(ALGORITHMS).optional(),
  mediaType: z.string().optional(),
  /** A small blob can unpack into one that fills the disk. */
  maxBytes: z
    .int()
    .min(1)
    .default(4 * GIB),
})

export const plugin = definePlugin({
  name: 'blob-compression',
  version: '1.0.0',
  summary: 'packs and unpacks blobs with gzip and zstd',
  serves: [
    blobTransformer({
      type: 'Compress/v1',
      aliases: ['Compress'],
      schema: packShape,
      transformBlob: async ({ location, specification: { algorithm, level } }, { files }) => {
        const written = { mediaType: MEDIA_TYPES[algorithm], through: [packer(algorithm, level)] }
        return { location: await files.write(streamLocation(location), written) }
      },
    }),
    blobTransformer({
      type: 'Decompress/v1',
      aliases: ['Decompress'],
      schema: unpackShape,
      transformBlob: async ({ location, specification }, { files }) => {
        const {
          algorithm = await algorithmOf(location),
          mediaType = 'application/octet-stream',
          maxBytes,
        } = specification
        const written = { mediaType, through: [unpacker(algorithm), atMost(maxBytes)] }
        return { location: await files.write(streamLocation(location), written).catch(refuse) }
      },
    }),
  ],
})

/** The same bytes of the same bytes: neither knows a time or a name. */
function packer(algorithm: Algorithm, level?: number): Transform {
  if (algorithm === 'gzip') return createGzip(level === undefined ? {} : { level })
  return createZstdCompress(level === undefined ? {} : { params: { [constants.ZSTD_c_compressionLevel]: level } })
}

function unpacker(algorithm: Algorithm): Transform {
  return algorithm === 'gzip' ? createGunzip() : createZstdDecompress()
}

/** What is wrong with the bytes is the caller's; what is wrong with files is not. */
function refuse(cause: unknown): never {
  const { code = '', message } = cause as NodeJS.ErrnoException
  const isOfBytes = code.startsWith('Z_') || code.startsWith('ZSTD_')
  throw isOfBytes ? new CallError(`the blob cannot be unpacked: ${message}`, 422, { cause }) : cause
}

async function algorithmOf(location: Location): Promise<Algorithm> {
  await using file = await open(pathOf(location))
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4)
  const start = buffer.subarray(0, bytesRead).toString('hex')
  const found = ALGORITHMS.find((algorithm) => start.startsWith(MAGIC[algorithm]))
  if (!found) throw new CallError('the blob is neither gzip nor zstd', 422)
  return found
}
