// The compressed variants beside each document, which a web server sends instead of it: how they are made, and whether those
// that are there still belong to it.
import { readFile, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants, gunzip, gzip } from 'node:zlib'

/** Suffixes as nginx's gzip_static and brotli_static look for them. */
export const VARIANTS = ['gz', 'br'] as const

/** How closely a document that seems unchanged is looked at: `deep` decompresses its variants too. */
export type Look = 'quick' | 'deep'

/** Beyond this the best compression costs more time than it saves bytes: digests hardly shrink. */
const LARGE_BYTES = 64 * 1024

export async function compress(body: Buffer): Promise<{ readonly gz: Buffer; readonly br: Buffer }> {
  const isLarge = body.length > LARGE_BYTES
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: isLarge ? 4 : 9,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  }
  const [gz, br] = await Promise.all([
    promisify(gzip)(body, { level: isLarge ? 6 : 9 }),
    promisify(brotliCompress)(body, { params }),
  ])
  return { gz, br }
}

/** Whether the document and its variants are there and say this. */
export async function isShown(path: string, body: Buffer, look: Look): Promise<boolean> {
  const found = await readFile(path).catch(() => undefined)
  if (!found?.equals(body) || !(await isDocumentThere(path))) return false
  return look === 'quick' || variantsSay(path, body)
}

/** Whether there is a document with its variants, whatever they say: all three get one time when they are written. */
export async function isDocumentThere(path: string): Promise<boolean> {
  const files = [path, ...VARIANTS.map((suffix) => `${path}.${suffix}`)]
  const found = await Promise.all(files.map((file) => stat(file).catch(() => undefined)))
  return found.every((each) => each && each.size > 0 && each.mtimeMs === found[0]?.mtimeMs)
}

async function variantsSay(path: string, body: Buffer): Promise<boolean> {
  const limit = { maxOutputLength: body.length + 1 }
  const texts = await Promise.all([
    readFile(`${path}.gz`).then((bytes) => promisify(gunzip)(bytes, limit)),
    readFile(`${path}.br`).then((bytes) => promisify(brotliDecompress)(bytes, limit)),
  ]).catch(() => [])
  return texts.length === VARIANTS.length && texts.every((text) => text.equals(body))
}
