// The compressed variants beside each document, which a web server sends instead of it.
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** Suffixes as nginx's gzip_static and brotli_static look for them. */
export const VARIANTS = ['gz', 'br'] as const

/** The next one clears a table of many megabytes for each document: ten times the time and more, for half a percent of the bytes. */
const BROTLI_QUALITY = 8
/** Beyond this the best compression costs more time than it saves bytes: digests hardly shrink. */
const LARGE_BYTES = 64 * 1024

export async function compress(body: Buffer): Promise<{ readonly gz: Buffer; readonly br: Buffer }> {
  const isLarge = body.length > LARGE_BYTES
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: isLarge ? 4 : BROTLI_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  }
  const [gz, br] = await Promise.all([
    promisify(gzip)(body, { level: isLarge ? 6 : 9 }),
    promisify(brotliCompress)(body, { params }),
  ])
  return { gz, br }
}
