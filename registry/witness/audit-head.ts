// Where the audit log ends, written down a second time beside the database: rows that are cut off at its newest end are missed, and so
// are all of a database that is an older copy, or another one, than the registry last had.
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { parseJson } from '../../schemas/json.ts'
import { digestShape } from '../../schemas/shapes.ts'
import { isErrno } from '../../system/errno.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { auditHeadPath } from '../data-dir/paths.ts'
import type { AuditHead } from '../db/records.ts'
import type { AuditStore } from '../db/store.ts'
import { writeError } from '../disk-errors.ts'

const shape = z.strictObject({ id: z.int().min(1), rowSha256: digestShape })
const MAX_BYTES = 1024

type Log = Pick<AuditStore, 'head' | 'at'>

/**
 * Writes down where the log ends now; a file that says more than the log, or something else, is evidence, and stays. A command and
 * the server may write at the same time: who writes last looks again whether the log went on meanwhile, so an older end never stays.
 */
export async function noteAuditHead(audit: Log, dataDir: string): Promise<void> {
  for (;;) {
    const head = await audit.head()
    if (!head) return
    const noted = await readNotedHead(dataDir)
    if (noted === 'unreadable' || (noted && (noted.id >= head.id || !(await goesOnFrom(noted, audit))))) return
    await replaceFile(auditHeadPath(dataDir), `${JSON.stringify(head)}\n`, { mode: 0o600 }).catch((error: unknown) => {
      throw writeError(error)
    })
  }
}

/** What the log lacks of what was noted beside it; undefined when it goes on from there, or nothing was ever noted. */
export async function findMissedHead(
  audit: Log,
  dataDir: string,
): Promise<{ readonly subject: string; readonly message: string } | undefined> {
  // In this order: what is noted meanwhile is of a later row.
  const noted = await readNotedHead(dataDir)
  if (noted === undefined) return undefined
  if (noted === 'unreadable') return { subject: 'audit-head.json', message: 'it was changed and cannot be read' }
  if (await goesOnFrom(noted, audit)) return undefined
  const subject = `row ${noted.id}`
  const { id = 0 } = (await audit.head()) ?? {}
  if (id < noted.id) return { subject, message: `the audit log ends before it, at row ${id}` }
  return { subject, message: 'the audit log was written anew: it is another row than was noted' }
}

async function goesOnFrom({ id, rowSha256 }: AuditHead, audit: Log): Promise<boolean> {
  return (await audit.at(id))?.rowSha256 === rowSha256
}

/** Undefined when nothing was ever noted, as in a copy of the database alone. */
// allow(dead-export): the test waits for what is noted behind an answer
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
