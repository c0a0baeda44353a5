// Documents of the tree, each with its compressed twins. One that says the same already is left alone.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants, gunzip, gzip } from 'node:zlib'
import type { TreeFile } from '../../static-tree/record.ts'
import type { Staging } from './staging.ts'

/** Suffixes of the twins, as nginx's gzip_static and brotli_static look for them. */
export const TWINS = ['gz', 'br'] as const

/** Beyond this the best compression costs more time than it saves bytes: digests hardly shrink. */
const LARGE_BYTES = 64 * 1024

/** How closely a document that seems unchanged is looked at: `twins` decompresses them too. */
export type Care = 'bytes' | 'twins'

/** Writes a document and its twins; false when they were there already. */
export async function putDocument(root: string, { path, bytes }: TreeFile, staging: Staging, care: Care = 'bytes') {
  const target = join(root, path)
  const body = Buffer.from(bytes)
  if (await isShown(target, body, care)) return false
  const [gz, br] = await Promise.all([gzipped(body), brotlied(body)])
  // One time on all three tells a reader which twins belong to a document while they change one after the other.
  const changedAt = new Date()
  await Promise.all([staging.write(`${target}.gz`, gz, changedAt), staging.write(`${target}.br`, br, changedAt)])
  await staging.write(target, body, changedAt)
  return true
}

/** Whether the document and its twins are there and say this. */
export async function isShown(target: string, body: Buffer, care: Care): Promise<boolean> {
  const found = await readFile(target).catch(() => undefined)
  if (!found?.equals(body)) return false
  const own = await stat(target)
  const twins = await Promise.all(TWINS.map((twin) => stat(`${target}.${twin}`).catch(() => undefined)))
  if (!twins.every((twin) => twin && twin.size > 0 && twin.mtimeMs === own.mtimeMs)) return false
  return care === 'bytes' || twinsSay(target, body)
}

async function twinsSay(target: string, body: Buffer): Promise<boolean> {
  const limit = { maxOutputLength: body.length + 1 }
  const texts = await Promise.all([
    readFile(`${target}.gz`).then((bytes) => promisify(gunzip)(bytes, limit)),
    readFile(`${target}.br`).then((bytes) => promisify(brotliDecompress)(bytes, limit)),
  ]).catch(() => [])
  return texts.length === TWINS.length && texts.every((text) => text.equals(body))
}

function gzipped(body: Buffer): Promise<Buffer> {
  return promisify(gzip)(body, { level: body.length > LARGE_BYTES ? 6 : 9 })
}

function brotlied(body: Buffer): Promise<Buffer> {
  const quality = body.length > LARGE_BYTES ? 4 : 9
  return promisify(brotliCompress)(body, {
    params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
  })
}
