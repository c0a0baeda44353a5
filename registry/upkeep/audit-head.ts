// Where the audit log ends, written down a second time beside the database: rows that are cut off at its newest end are missed.
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { parseJson } from '../../schemas/json.ts'
import { digestShape } from '../../schemas/shapes.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { isErrno } from '../../system/files/errors.ts'
import type { AuditHead } from '../db/records.ts'
import type { AuditStore } from '../db/store.ts'
import { writeError } from '../disk-errors.ts'
import { auditHeadPath } from '../settings.ts'

const shape = z.strictObject({ id: z.int().min(1), rowSha256: digestShape })
const MAX_BYTES = 1024

/**
 * Writes down where the log ends now; a file that says more than the log is evidence, and stays. A command and the server
 * may write at the same time: who writes last looks again whether the log went on meanwhile, so an older end never stays.
 */
export async function noteAuditHead(audit: Pick<AuditStore, 'head'>, dataDir: string): Promise<void> {
  for (;;) {
    const head = await audit.head()
    if (!head) return
    const noted = await readNotedHead(dataDir)
    if (noted === 'unreadable' || (noted && noted.id >= head.id)) return
    await replaceFile(auditHeadPath(dataDir), `${JSON.stringify(head)}\n`, { mode: 0o600 }).catch((error: unknown) => {
      throw writeError(error)
    })
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
