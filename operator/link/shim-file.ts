// Shims as files: only ours are replaced or removed, each at once and whole, with a copy in the store.
import { closeSync, lstatSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ShimRecord, ShimRecords } from '../../client/index.ts'
import { coded, withHint } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { isErrno } from '../../system/errno.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { explainDisk, onDisk } from '../../system/files/errors.ts'
import { syncFolders } from '../../system/files/sync.ts'
import { callIn, isShim } from './render-shim.ts'

const MODE = 0o755
const HEAD_BYTES = 4096

/** Throws ALREADY_EXISTS, NO_SPACE or IO_FAILED; then the file is as it was. */
export async function writeShim(records: ShimRecords, record: ShimRecord): Promise<void> {
  using _lock = await records.lock(record.path)
  refuseForeign(record.path)
  await putShim(records, record)
}

/** False where the shim was taken away, or linked to something else, since it was called; throws as `writeShim` does. */
export async function rewriteShim(records: ShimRecords, record: ShimRecord): Promise<boolean> {
  using _lock = await records.lock(record.path)
  if (kindOf(record.path) !== 'shim') return false
  const call = callIn(onDisk(record.path, () => readFileSync(record.path, 'utf8')))
  if (call === undefined || call !== callIn(record.text)) return false
  await putShim(records, record)
  return true
}

async function putShim(records: ShimRecords, record: ShimRecord): Promise<void> {
  records.keep(record)
  try {
    await replaceFile(record.path, record.text, { mode: MODE })
  } catch (error) {
    const explained = explainDisk(error, record.path)
    throw isErrno(error, 'EACCES', 'EPERM', 'EROFS')
      ? withHint(explained, 'name a folder that you can write to with `--to`')
      : explained
  }
  syncFolders([dirname(record.path)])
}

/** Throws LINK_REFUSED where something else than a shim is; false when there is nothing, and nothing was known. */
export async function removeShim(records: ShimRecords, path: string): Promise<boolean> {
  using _lock = await records.lock(path)
  const kind = kindOf(path)
  if (kind === 'foreign')
    throw coded('LINK_REFUSED', {
      message: `${quote(path)} was not written by \`octo link\`, and is kept`,
      details: { path },
    })
  const isKnown = records.find(path) !== undefined
  if (kind === 'shim') {
    onDisk(path, () => rmSync(path))
    syncFolders([dirname(path)])
  }
  records.forget(path)
  return kind === 'shim' || isKnown
}

/** Throws ALREADY_EXISTS: another program of this name is not ours to replace. */
export function refuseForeign(path: string): void {
  if (kindOf(path) !== 'foreign') return
  throw coded('ALREADY_EXISTS', {
    message: `${quote(path)} exists and was not written by \`octo link\`, so it is kept`,
    details: { path },
    hint: 'name another folder with `--to`, or move that file away',
  })
}

export function kindOf(path: string): 'shim' | 'nothing' | 'foreign' {
  const stat = onDisk(path, () => lstatSync(path, { throwIfNoEntry: false }))
  if (!stat) return 'nothing'
  return stat.isFile() && isShim(headOf(path)) ? 'shim' : 'foreign'
}

function headOf(path: string): string {
  return onDisk(path, () => {
    const file = openSync(path, 'r')
    try {
      const head = Buffer.alloc(HEAD_BYTES)
      return head.toString('utf8', 0, readSync(file, head, 0, head.length, 0))
    } finally {
      closeSync(file)
    }
  })
}
