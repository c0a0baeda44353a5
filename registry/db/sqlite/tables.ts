// The rows of a registry, for typed queries. migrations.ts creates them, with the rules that the database itself holds.
import { sql } from 'drizzle-orm'
import { customType, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { OpenSessionRequest } from '../../../schemas/api.ts'
import type { Digest } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Platform } from '../../../schemas/platform.ts'
import type { VersionState } from '../../../schemas/plugin-document.ts'
import type { ReleasePredicate } from '../../../schemas/release-statement.ts'
import type { KeyKind } from '../../../schemas/trust-key.ts'
import type { Version } from '../../../schemas/version.ts'
import type { AuditAction, Blob, Scope, Visibility } from '../records.ts'

// All times are milliseconds since 1970, all sizes are bytes.

export const repos = sqliteTable('repos', {
  name: text().$type<Name>().primaryKey(),
  createdAt: integer('created_at').notNull(),
  visibility: text().$type<Visibility>().notNull().default('public'),
})

/** Keys whose signatures the registry admits for a repo. A revoked key stays, so that its past is known. */
export const repoKeys = sqliteTable(
  'repo_keys',
  {
    repo: text().$type<Name>().notNull(),
    id: text().$type<Digest>().notNull(),
    kind: text().$type<KeyKind>().notNull(),
    pem: text().notNull(),
    validFrom: integer('valid_from'),
    validTo: integer('valid_to'),
    addedAt: integer('added_at').notNull(),
    revokedAt: integer('revoked_at'),
  },
  (table) => [primaryKey({ columns: [table.repo, table.id] })],
)

/** Never deleted, so no name is ever given to anyone else. */
export const plugins = sqliteTable('plugins', {
  id: integer().primaryKey({ autoIncrement: true }),
  repo: text().$type<Name>().notNull(),
  plugin: text().$type<Name>().notNull(),
  /** The name without `-`: two names that differ only there could be taken for each other. */
  folded: text().notNull(),
  serial: integer().notNull(),
  createdAt: integer('created_at').notNull(),
  kind: text().notNull(),
  category: text(),
  description: text().notNull(),
  /** Newest stable version that new installs may choose. */
  newest: text().$type<Version>(),
})

export const versions = sqliteTable('versions', {
  id: integer().primaryKey({ autoIncrement: true }),
  repo: text().$type<Name>().notNull(),
  plugin: text().$type<Name>().notNull(),
  version: text().$type<Version>().notNull(),
  publishedAt: integer('published_at').notNull(),
  /** Id of the token that published. */
  publishedBy: text('published_by').notNull(),
  /** Serial of the plugin document that first showed the version. */
  serial: integer().notNull(),
  /** Reasons; null while the version is not yanked, quarantined or deprecated. Each comes and goes on its own. */
  yanked: text(),
  quarantined: text(),
  deprecated: text(),
  /** Which of them shows; the blocking one wins. */
  state: text().$type<VersionState>().notNull().generatedAlwaysAs(sql`see migrations.ts`),
  bundleDigest: text('bundle_digest').$type<Digest>().notNull(),
  bundleSize: integer('bundle_size').notNull(),
  /** Key that signed the statement. */
  signer: text().$type<Digest>().notNull(),
  predicate: text({ mode: 'json' }).$type<ReleasePredicate>().notNull(),
  /** Digest of all columns above but `id`, so that a scrub finds a changed row. */
  rowSha256: text('row_sha256').notNull(),
  /** When it was published or its state changed, whichever came last. */
  changedAt: integer('changed_at').notNull().default(0),
})

export const artifacts = sqliteTable(
  'artifacts',
  {
    versionId: integer('version_id').notNull(),
    platform: text().$type<Platform>().notNull(),
    file: text().notNull(),
    digest: text().$type<Digest>().notNull(),
    size: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.versionId, table.platform] })],
)

/** The table was made with another word for `deleting`, which its constraint knows. */
const blobState = customType<{ data: Blob['state']; driverData: 'live' | 'condemned' }>({
  dataType: () => 'text',
  toDriver: (state) => (state === 'deleting' ? 'condemned' : state),
  fromDriver: (word) => (word === 'condemned' ? 'deleting' : word),
})

/** A row means: these bytes are durable on disk and had this digest when they were written. */
export const blobs = sqliteTable('blobs', {
  digest: text().$type<Digest>().primaryKey(),
  size: integer().notNull(),
  createdAt: integer('created_at').notNull(),
  state: blobState().notNull(),
  /** Id of the token that uploaded them; null for what is older than this column. */
  broughtBy: text('brought_by'),
})

/** Publishing sessions: leases that expire unless they are used. */
export const sessions = sqliteTable('sessions', {
  id: text().primaryKey(),
  repo: text().$type<Name>().notNull(),
  plugin: text().$type<Name>().notNull(),
  version: text().$type<Version>().notNull(),
  state: text().$type<'open' | 'published' | 'closed'>().notNull(),
  tokenId: text('token_id').notNull(),
  openedAt: integer('opened_at').notNull(),
  leaseUntil: integer('lease_until').notNull(),
  request: text({ mode: 'json' }).$type<OpenSessionRequest>().notNull(),
})

/** What a session promised to upload. While its session is open, collection leaves the digest alone. */
export const uploads = sqliteTable(
  'uploads',
  {
    sessionId: text('session_id').notNull(),
    digest: text().$type<Digest>().notNull(),
    size: integer().notNull(),
    /** Whether the bytes came in this session. */
    received: integer({ mode: 'boolean' }).notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.digest] })],
)

export const tokens = sqliteTable('tokens', {
  id: text().primaryKey(),
  name: text().notNull(),
  secretSha256: text('secret_sha256').notNull(),
  scopes: text({ mode: 'json' }).$type<readonly Scope[]>().notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  lastUsedAt: integer('last_used_at'),
  revokedAt: integer('revoked_at'),
})

/** Each row carries the digest of the row before it, so that none can be changed or taken out unseen. */
export const audit = sqliteTable('audit', {
  id: integer().primaryKey(),
  at: integer().notNull(),
  /** Token id, or `operator` for commands on the machine itself. */
  actor: text().notNull(),
  action: text().$type<AuditAction>().notNull(),
  subject: text().notNull(),
  details: text({ mode: 'json' }).$type<Readonly<Record<string, unknown>>>().notNull(),
  previous: text().notNull(),
  rowSha256: text('row_sha256').notNull(),
})

/** What a token has used of an hourly budget, as of `at`; it comes back as time goes by. */
export const budgets = sqliteTable(
  'budgets',
  {
    owner: text().notNull(),
    name: text().notNull(),
    amount: real().notNull(),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.owner, table.name] })],
)

/** At most one row: which process serves this database. */
export const serving = sqliteTable('serving', {
  id: integer().primaryKey(),
  /** Random name of the process. */
  holder: text().notNull(),
  /** Device and inode of the lock file that it locked. */
  lockFile: text('lock_file').notNull(),
  /** Name of a process that asks whether the holder lives; the holder takes it away. */
  challenge: text(),
})

/** What the static tree has yet to show. A row goes only after the tree shows it. */
export const outbox = sqliteTable('outbox', {
  id: integer().primaryKey({ autoIncrement: true }),
  /** `plugin`: its documents and release folders; `repo`: discovery and the repo's own documents. */
  kind: text().$type<'plugin' | 'repo'>().notNull(),
  repo: text().$type<Name>().notNull(),
  plugin: text().$type<Name>(),
  createdAt: integer('created_at').notNull(),
})

/** Digests under which releases are served as component versions. Can be rendered again, so nothing is lost with a row. */
export const ociDigests = sqliteTable('oci_digests', {
  digest: text().$type<Digest>().primaryKey(),
  repo: text().$type<Name>().notNull(),
  plugin: text().$type<Name>().notNull(),
  version: text().$type<Version>().notNull(),
  domain: text().notNull(),
})

export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    tokenId: text('token_id').notNull(),
    key: text().notNull(),
    requestDigest: text('request_digest').$type<Digest>().notNull(),
    sessionId: text('session_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tokenId, table.key] })],
)
