// Documents of a tree, each with its compressed variants. One that says the same already is left alone.
import { promisify } from 'node:util'
import { brotliDecompress, gunzip } from 'node:zlib'
import type { TreeFile } from '../record.ts'
import type { TreeReader, TreeStore } from './store.ts'
import { compress, VARIANTS } from './variants.ts'

/** How closely a document that seems unchanged is looked at: `deep` decompresses its variants too. */
type Look = 'quick' | 'deep'

const SECOND_MS = 1000

/** Writes a document and its variants; false when they were there already. */
export async function putDocument(
  store: Pick<TreeStore, 'read' | 'stat' | 'put'>,
  { path, bytes }: TreeFile,
  look: Look = 'quick',
): Promise<boolean> {
  const body = Buffer.from(bytes)
  if (await isShown(store, path, body, look)) return false
  const { gz, br } = await compress(body)
  // One time on all three tells a reader which variants belong to a document while they change one after the other.
  const changedAt = await nextChange(store, path)
  await Promise.all([store.put(`${path}.gz`, gz, changedAt), store.put(`${path}.br`, br, changedAt)])
  await store.put(path, body, changedAt)
  return true
}

/**
 * Later by a whole second than the change before, whatever the clock says: web servers make an ETag of seconds and size, and rsync
 * compares these, so that what changed twice within a second, or after a clock was set back, would stay as it was for good.
 */
async function nextChange(store: Pick<TreeReader, 'stat'>, path: string): Promise<Date> {
  const before = (await store.stat(path))?.changedAtMs
  const next = before === undefined ? 0 : (Math.floor(before / SECOND_MS) + 1) * SECOND_MS
  return new Date(Math.max(Date.now(), next))
}

/** Whether there is a document with its variants, whatever they say. */
export async function isDocumentThere(store: Pick<TreeReader, 'stat'>, path: string): Promise<boolean> {
  const files = [path, ...VARIANTS.map((suffix) => `${path}.${suffix}`)]
  const found = await Promise.all(files.map((file) => store.stat(file)))
  return found.every((each) => each?.kind === 'file' && each.size > 0 && each.changedAtMs === found[0]?.changedAtMs)
}

async function isShown(
  store: Pick<TreeReader, 'read' | 'stat'>,
  path: string,
  body: Buffer,
  look: Look,
): Promise<boolean> {
  const found = await store.read(path).catch(() => undefined)
  if (!found?.equals(body) || !(await isDocumentThere(store, path))) return false
  return look === 'quick' || variantsSay(store, path, body)
}

async function variantsSay(store: Pick<TreeReader, 'read'>, path: string, body: Buffer): Promise<boolean> {
  const limit = { maxOutputLength: body.length + 1 }
  const texts = await Promise.all([
    store.read(`${path}.gz`).then((bytes) => promisify(gunzip)(bytes, limit)),
    store.read(`${path}.br`).then((bytes) => promisify(brotliDecompress)(bytes, limit)),
  ]).catch(() => [])
  return texts.length === VARIANTS.length && texts.every((text) => text.equals(body))
}
