// Where the audit log ends, written down a second time beside the database: rows that are cut off at its newest end are missed.
import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { parseJson } from '../../schemas/json.ts'
import { digestShape } from '../../schemas/shapes.ts'
import { isErrno } from '../../system/files/errors.ts'
import { writeError } from '../disk-errors.ts'
import type { AuditHead } from '../db/sqlite/audit.ts'
import { readAuditHead } from '../db/sqlite/audit.ts'
import type { Db } from '../db/sqlite/open.ts'
import { auditHeadPath } from '../settings.ts'

const shape = z.strictObject({ id: z.int().min(1), rowSha256: digestShape })
const MAX_BYTES = 1024

/** Writes down where the log ends now; a file that says more than the log is evidence, and stays. */
export async function noteAuditHead(db: Db, dataDir: string): Promise<void> {
  const head = readAuditHead(db)
  if (!head) return
  const noted = await readNotedHead(dataDir)
  if (noted === 'unreadable' || (noted && noted.id >= head.id)) return
  const path = auditHeadPath(dataDir)
  const staged = `${path}.${randomBytes(8).toString('hex')}`
  try {
    await writeFile(staged, `${JSON.stringify(head)}\n`, { flag: 'wx', mode: 0o600, flush: true })
    await rename(staged, path)
  } catch (error) {
    throw writeError(error)
  }
}

/** Undefined when nothing was ever noted, as in a backup of the database. */
export async function readNotedHead(dataDir: string): Promise<AuditHead | 'unreadable' | undefined> {
  const text = await readFile(auditHeadPath(dataDir), 'utf8').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined
    throw writeError(error)
  })
  if (text === undefined) return undefined
  try {
    return shape.parse(parseJson(text, 'audit-head.json', MAX_BYTES))
  } catch {
    return 'unreadable'
  }
}
