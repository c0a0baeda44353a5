// Writes what readOwnRecord believes. Records are disposable: where the store is read-only, full or over its quota, there is
// none, and what it would have saved is done again each time.
import { fstatSync } from 'node:fs'
import { bootId } from '../../system/boot-id.ts'
import { writeDisposable } from '../../system/files/atomic-file.ts'
import { octoVersion } from '../../system/octo-version.ts'
import type { Layout } from './layout.ts'
import type { OwnRecord } from './own-record.ts'
import { RECORD_FORMAT } from './own-record.ts'

/** False when it could not be written; never throws. */
export function writeOwnRecord(layout: Layout, path: string, body: unknown): boolean {
  const ofFile = (file: number) => {
    const { dev, ino } = fstatSync(file, { bigint: true })
    const own = { file: `${dev}:${ino}`, boot: bootId(), octo: octoVersion(), at: Date.now() }
    const record: OwnRecord = { format: RECORD_FORMAT, path, ...own, body }
    return JSON.stringify(record)
  }
  return writeDisposable(path, ofFile, { staging: layout.staging })
}
