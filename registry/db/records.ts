// What a registry knows, as its parts pass it to each other: the records behind the metadata port, free of any database's types.
// All times are milliseconds since 1970, all sizes are bytes.
import type { TokenAction, VersionAction } from '../../schemas/api.ts'
import type { Digest } from '../../schemas/digest.ts'
import type { Name } from '../../schemas/name.ts'
import type { KeyKind } from '../../schemas/trust-key.ts'

export type Scope = { readonly repo: string; readonly plugin: string; readonly actions: readonly TokenAction[] }

/** A token without its secret. */
export type Token = {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly createdAt: number
  readonly expiresAt: number
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
}

/** A key whose signatures a repo admits. A revoked key stays, so that its past is known. */
export type RepoKey = {
  readonly repo: Name
  readonly id: Digest
  readonly kind: KeyKind
  readonly pem: string
  /** The key signs from this moment on, and before that one. */
  readonly validFrom: number | null
  readonly validTo: number | null
  readonly addedAt: number
  readonly revokedAt: number | null
}

export type AuditAction =
  | 'publish'
  | VersionAction
  | 'repo-create'
  | 'key-add'
  | 'key-revoke'
  | 'token-create'
  | 'token-revoke'

/** Something that changed what others see or may do. */
export type AuditEntry = {
  readonly at: number
  /** Token id, or `operator` for commands on the machine itself. */
  readonly actor: string
  readonly action: AuditAction
  /** e.g. `core/check-tcp@1.0.0`, `core`, a token id. */
  readonly subject: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** An entry in its place: each carries the digest of the one before, so that none can be changed or taken out unseen. */
export type AuditRecord = Required<AuditEntry> & {
  /** 1 for the first; no number is left out. */
  readonly id: number
  readonly previous: string
  readonly rowSha256: string
}

export type AuditHead = Pick<AuditRecord, 'id' | 'rowSha256'>
export type ShownAudit = Omit<AuditRecord, 'previous' | 'rowSha256'>
