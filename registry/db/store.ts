// The port behind which a registry keeps what it knows. By use case: each method is one step that happens whole or not at all,
// and leaves nothing behind when it throws.
//
// Rules are the callers'. A method that must decide before it writes reads what the decision needs, asks `decide`, and writes
// what it answers; nobody else's write comes in between. `decide` is pure and synchronous: it gets values, does no I/O, may be
// asked again when a database makes a transaction try anew, and refuses by throwing; what it throws reaches the caller as it is.
//
// Whatever the method, a store throws STORE_BUSY when others kept it from writing for too long, NO_SPACE, IO_FAILED or
// DATA_DIR_CORRUPT, and nothing of its database's own.
import type { Digest } from '../../schemas/digest.ts'
import type { Name } from '../../schemas/name.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import type { AuditEntry, AuditHead, AuditRecord, RepoKey, ShownAudit, Token } from './records.ts'

export type MetadataStore = {
  readonly tokens: TokenStore
  readonly repos: RepoStore
  readonly audit: AuditStore
  /** Makes what was written stand in one place where that matters; the store is of no use afterwards. */
  close(): Promise<void>
}

export type TokenStore = {
  /** The secret is kept as its digest only; no two tokens have one. */
  create(token: NewToken, audit: AuditEntry): Promise<void>
  /** Writes when the token was revoked; nothing else of it ever changes. */
  revoke(id: string, decide: (token: Token | undefined) => Revocation): Promise<void>
  find(id: string): Promise<Token | undefined>
  findBySecret(secretSha256: string): Promise<Token | undefined>
  /** The oldest first. */
  list(): Promise<Token[]>
  /** Does not wait for other writers: knowing when a token was used is not worth it. */
  noteUse(id: string, at: number): Promise<void>
}

type NewToken = Omit<Token, 'lastUsedAt' | 'revokedAt'> & { readonly secretSha256: string }

type Revocation = { readonly revokedAt: number; readonly audit: AuditEntry }

export type RepoStore = {
  /** Makes a repo with its first keys. What the tree shows of it is in the outbox from then on. */
  create(repo: Name, decide: (found: FoundRepo) => NewRepo): Promise<void>
  addKey(repo: Name, id: Digest, decide: (found: FoundKey) => NewRepoKey): Promise<void>
  /** Writes when the key was revoked. */
  revokeKey(repo: Name, id: string, decide: (found: FoundKey) => Revocation): Promise<void>
  exists(repo: Name): Promise<boolean>
  /** All repos by name. */
  list(): Promise<Name[]>
  /** Revoked ones too, those that came first before the others. */
  keys(repo: Name): Promise<RepoKey[]>
}

type FoundRepo = {
  readonly exists: boolean
  /** How many repos there are. */
  readonly repos: number
}

type NewRepo = {
  readonly createdAt: number
  /** No two with one id. */
  readonly keys: readonly TrustKey[]
  readonly audit: readonly AuditEntry[]
}

export type FoundKey = { readonly repoExists: boolean; readonly key: RepoKey | undefined }

export type NewRepoKey = { readonly key: TrustKey; readonly addedAt: number; readonly audit: AuditEntry }

/** Entries are written by the change that they are about, in the same step. */
export type AuditStore = {
  /** The newest record. */
  head(): Promise<AuditHead | undefined>
  /** All records, the oldest first. */
  walk(): AsyncIterable<AuditRecord>
  /** The newest first. */
  list(query: AuditQuery): Promise<ShownAudit[]>
}

export type AuditQuery = {
  /** A repo, `repo/plugin` or `repo/plugin@version`: what is below it counts too. */
  readonly subject?: string
  readonly actor?: string
  /** Milliseconds since 1970. */
  readonly since?: number
  readonly limit: number
}
