// Writes what readOwnRecord believes. Records are disposable: where the store is read-only, full or over its quota, there is
// none, and what it would have saved is done again each time.
import { closeSync, fstatSync, openSync, renameSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { bootId } from '../../system/boot-id.ts'
import { writeAll } from '../../system/files/atomic-file.ts'
import { stagedPath } from '../../system/files/staged-file.ts'
import { octoVersion } from '../../system/octo-version.ts'
import type { Layout } from './layout.ts'
import type { OwnRecord } from './own-record.ts'
import { RECORD_FORMAT } from './own-record.ts'

/** False when it could not be written; never throws. */
export function writeOwnRecord(layout: Layout, path: string, body: unknown): boolean {
  const staged = stagedPath(layout.staging, basename(path))
  try {
    const file = openSync(staged, 'wx', 0o600)
    try {
      const { dev, ino } = fstatSync(file, { bigint: true })
      const own = { file: `${dev}:${ino}`, boot: bootId(), octo: octoVersion(), at: Date.now() }
      const record: OwnRecord = { format: RECORD_FORMAT, path, ...own, body }
      writeAll(file, Buffer.from(JSON.stringify(record)))
    } finally {
      closeSync(file)
    }
    renameSync(staged, path)
    return true
  } catch {
    rmSync(staged, { force: true })
    return false
  }
}
