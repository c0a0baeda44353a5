// The arithmetic of the audit log, the same for every database: which record follows another, and whether one does.
import { digestOf } from '../../schemas/digest.ts'
import { stableJson } from '../../schemas/json.ts'
import type { AuditEntry, AuditHead, AuditRecord } from './records.ts'

const BEGINNING = 'octo audit'

/** The record that an entry becomes behind the newest one. */
export function nextRecord({ details = {}, ...entry }: AuditEntry, head: AuditHead | undefined): AuditRecord {
  const record = { ...entry, details, id: (head?.id ?? 0) + 1, previous: head?.rowSha256 ?? digestOf(BEGINNING) }
  return { ...record, rowSha256: digestOf(stableJson(record)) }
}

/** Whether the record is what was written, right behind the other, or at the beginning when there is no other. */
export function continuesChain({ rowSha256, ...record }: AuditRecord, before: AuditHead | undefined): boolean {
  const isNext = record.id === (before?.id ?? 0) + 1 && record.previous === (before?.rowSha256 ?? digestOf(BEGINNING))
  return isNext && digestOf(stableJson(record)) === rowSha256
}
