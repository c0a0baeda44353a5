// Named queries on tokens. Only the digest of a secret is ever stored or looked up.
import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Token } from '../records.ts'
import type { TokenStore } from '../store.ts'
import { writeAudit } from './audit.ts'
import type { Db } from './open.ts'
import { ask, write, writePatiently } from './open.ts'
import type { Given } from './prepared.ts'
import { prepared } from './prepared.ts'
import { tokens } from './tables.ts'

const SHOWN = {
  id: tokens.id,
  name: tokens.name,
  scopes: tokens.scopes,
  createdAt: tokens.createdAt,
  expiresAt: tokens.expiresAt,
  lastUsedAt: tokens.lastUsedAt,
  revokedAt: tokens.revokedAt,
}

const tokenOfId = prepared((db, { id }: Given<{ id: string }>) =>
  db.select(SHOWN).from(tokens).where(eq(tokens.id, id)).prepare(),
)

const tokenOfSecret = prepared((db, { secretSha256 }: Given<{ secretSha256: string }>) =>
  db.select(SHOWN).from(tokens).where(eq(tokens.secretSha256, secretSha256)).prepare(),
)

export function tokensOf(db: Db): TokenStore {
  return {
    create: (token, entry) =>
      writePatiently(db, (tx) => {
        tx.insert(tokens).values(token).run()
        writeAudit(tx, entry)
      }),
    revoke: (id, decide) =>
      writePatiently(db, (tx) => {
        const { revokedAt, audit } = decide(findToken(tx, id))
        const living = and(eq(tokens.id, id), isNull(tokens.revokedAt))
        tx.update(tokens).set({ revokedAt }).where(living).run()
        writeAudit(tx, audit)
      }),
    find: (id) => ask(db, (from) => findToken(from, id)),
    findBySecret: (secretSha256) => ask(db, (from) => tokenOfSecret(from).get({ secretSha256 })),
    list: () => ask(db, (from) => from.select(SHOWN).from(tokens).orderBy(asc(tokens.createdAt), asc(tokens.id)).all()),
    noteUse: async (id, lastUsedAt) =>
      write(db, (tx) => void tx.update(tokens).set({ lastUsedAt }).where(eq(tokens.id, id)).run()),
  }
}

export function findToken(db: Db, id: string): Token | undefined {
  return tokenOfId(db).get({ id })
}
