// The log of everything that changed what others see or may do. Each row carries the digest of the one before.
import { and, asc, desc, eq, getTableColumns, gt, gte, like, or, sql } from 'drizzle-orm'
import { digestOf } from '../../../schemas/digest.ts'
import { stableJson } from '../../../schemas/json.ts'
import type { Db } from './open.ts'
import type { AuditAction } from './tables.ts'
import { audit } from './tables.ts'

export type AuditEntry = {
  readonly at: number
  /** Token id, or `operator` for commands on the machine itself. */
  readonly actor: string
  readonly action: AuditAction
  /** e.g. `core/check-tcp@1.0.0`, `core`, a token id. */
  readonly subject: string
  readonly details?: Readonly<Record<string, unknown>>
}

export type AuditRow = typeof audit.$inferSelect
export type AuditHead = { readonly id: number; readonly rowSha256: string }

const BEGINNING = 'octo audit'
const PAGE = 1000

/** In the transaction of the change itself: without the row, the change does not happen. */
export function writeAudit(tx: Db, { details = {}, ...entry }: AuditEntry): void {
  const last = readAuditHead(tx)
  const row = { ...entry, details, id: (last?.id ?? 0) + 1, previous: last?.rowSha256 ?? digestOf(BEGINNING) }
  tx.insert(audit)
    .values({ ...row, rowSha256: digestOf(stableJson(row)) })
    .run()
}

/** The newest row. */
export function readAuditHead(db: Db): AuditHead | undefined {
  return db.select({ id: audit.id, rowSha256: audit.rowSha256 }).from(audit).orderBy(desc(audit.id)).limit(1).get()
}

/** All rows, oldest first. */
export function* readAudit(db: Db): Generator<AuditRow> {
  for (let last = 0; ; ) {
    const page = db.select().from(audit).where(gt(audit.id, last)).orderBy(asc(audit.id)).limit(PAGE).all()
    yield* page
    if (page.length < PAGE) return
    last = page.at(-1)?.id ?? last
  }
}

/** Id of the first row that does not continue the chain, or undefined when all do. */
export function findAuditBreak(db: Db): number | undefined {
  let [previous, last]: [string, number] = [digestOf(BEGINNING), 0]
  for (const { rowSha256, ...row } of readAudit(db)) {
    if (row.id !== last + 1 || row.previous !== previous || digestOf(stableJson(row)) !== rowSha256) return row.id
    previous = rowSha256
    last = row.id
  }
  return undefined
}

/** False when the log names more published versions than there are: then nothing may be taken away that looks unused. */
export function isEverythingHere(db: Db): boolean {
  const counted = db.get<{ published: number; here: number }>(
    sql`SELECT (SELECT count(*) FROM audit WHERE action = 'publish') AS published, (SELECT count(*) FROM versions) AS here`,
  )
  return counted !== undefined && counted.published <= counted.here
}

export type AuditQuery = {
  /** A repo, `repo/plugin` or `repo/plugin@version`: what is below it counts too. */
  readonly subject?: string
  readonly actor?: string
  /** Milliseconds since 1970. */
  readonly since?: number
  readonly limit: number
}

export type ShownAuditRow = Omit<typeof audit.$inferSelect, 'previous' | 'rowSha256'>

/** The newest first. */
export function listAudit(db: Db, { subject, actor, since, limit }: AuditQuery): ShownAuditRow[] {
  const { previous: _, rowSha256: __, ...shown } = getTableColumns(audit)
  const below = (text: string) =>
    or(eq(audit.subject, text), like(audit.subject, `${text}/%`), like(audit.subject, `${text}@%`))
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
