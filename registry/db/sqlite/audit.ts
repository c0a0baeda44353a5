// The log of everything that changed what others see or may do. Each row carries the digest of the one before.
import { and, asc, desc, eq, getTableColumns, gt, gte, or, sql } from 'drizzle-orm'
import { releaseName } from '../../../schemas/release-name.ts'
import { nextRecord } from '../audit-chain.ts'
import type { AuditEntry, AuditHead, AuditRecord, ReleaseKey, ShownAudit } from '../records.ts'
import type { AuditQuery, AuditStore } from '../store.ts'
import type { Db } from './open.ts'
import { ask } from './open.ts'
import type { Given } from './prepared.ts'
import { prepared } from './prepared.ts'
import { audit } from './tables.ts'

const PAGE = 1000

/** In the transaction of the change itself: without the row, the change does not happen. */
export function writeAudit(tx: Db, entry: AuditEntry): void {
  tx.insert(audit)
    .values(nextRecord(entry, readAuditHead(tx)))
    .run()
}

const publishRow = prepared((db, { subject }: Given<{ subject: string }>) =>
  db
    .select({ id: audit.id })
    .from(audit)
    .where(and(eq(audit.action, 'publish'), eq(audit.subject, subject)))
    .limit(1)
    .prepare(),
)

export function wasPublished(db: Db, { repo, plugin, version }: ReleaseKey): boolean {
  return publishRow(db).get({ subject: releaseName({ repo, plugin, version }) }) !== undefined
}

export function auditOf(db: Db): AuditStore {
  return {
    head: () => ask(db, readAuditHead),
    at: (id) => ask(db, (from) => from.select(AUDIT_HEAD).from(audit).where(eq(audit.id, id)).get()),
    async *walk() {
      for (let last = 0; ; ) {
        const page = await ask(db, (from) => pageAudit(from, last))
        yield* page
        if (page.length < PAGE) return
        last = page.at(-1)?.id ?? last
      }
    },
    list: (query) => ask(db, (from) => listAudit(from, query)),
  }
}

const AUDIT_HEAD = { id: audit.id, rowSha256: audit.rowSha256 }

const auditHead = prepared((db) => db.select(AUDIT_HEAD).from(audit).orderBy(desc(audit.id)).limit(1).prepare())

function readAuditHead(db: Db): AuditHead | undefined {
  return auditHead(db).get()
}

function pageAudit(db: Db, after: number): AuditRecord[] {
  return db.select().from(audit).where(gt(audit.id, after)).orderBy(asc(audit.id)).limit(PAGE).all()
}

function listAudit(db: Db, { subject, actor, since, limit }: AuditQuery): ShownAudit[] {
  const { previous: _, rowSha256: __, ...shown } = getTableColumns(audit)
  // No pattern, as what is asked for may hold what means something in one.
  const begins = (text: string) => sql`instr(${audit.subject}, ${text}) = 1`
  const below = (text: string) => or(eq(audit.subject, text), begins(`${text}/`), begins(`${text}@`))
  return db
    .select(shown)
    .from(audit)
    .where(
      and(
        subject === undefined ? undefined : below(subject),
        actor === undefined ? undefined : eq(audit.actor, actor),
        since === undefined ? undefined : gte(audit.at, since),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(limit)
    .all()
}
