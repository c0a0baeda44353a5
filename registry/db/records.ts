// What a registry knows, as its parts pass it to each other: the records behind the metadata port, free of any database's types.
// All times are milliseconds since 1970, all sizes are bytes.
import type { OpenSessionRequest, SearchAnswer, TokenAction, VersionAction } from '../../schemas/api.ts'
import type { Digest } from '../../schemas/digest.ts'
import type { Name } from '../../schemas/name.ts'
import type { Platform } from '../../schemas/platform.ts'
import type { VersionState } from '../../schemas/plugin-document.ts'
import type { ReleasePredicate } from '../../schemas/release-statement.ts'
import type { KeyKind } from '../../schemas/trust-key.ts'
import type { Version } from '../../schemas/version.ts'
import type { Narrowed } from './search-filters.ts'

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

/** Who may read a repo: everybody, or those whose token says so. */
export type Visibility = 'public' | 'private'

export type AuditAction =
  | 'publish'
  | VersionAction
  | 'repo-create'
  | 'repo-private'
  | 'repo-public'
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

/** Never deleted, so no name is ever given to anyone else. */
export type Plugin = {
  readonly repo: Name
  readonly plugin: Name
  /** Of its document; grows with every change. */
  readonly serial: number
  readonly createdAt: number
  readonly kind: string
  readonly category: string | null
  readonly description: string
  /** Newest stable version that new installs may choose. */
  readonly newest: Version | null
}

export type ReleaseKey = { readonly repo: Name; readonly plugin: Name; readonly version: Version }

/** Reasons; null while the version is not in that state. Each comes and goes on its own. */
export type VersionFlags = {
  readonly yanked: string | null
  readonly quarantined: string | null
  readonly deprecated: string | null
}

/** A sealed version: only its flags ever change. */
export type Release = ReleaseKey &
  VersionFlags & {
    readonly publishedAt: number
    /** Id of the token that published. */
    readonly publishedBy: string
    /** Serial of the plugin document that first showed it. */
    readonly serial: number
    /** Which of the flags shows; the blocking one wins. */
    readonly state: VersionState
    readonly bundleDigest: Digest
    readonly bundleSize: number
    /** Key that signed the statement. */
    readonly signer: Digest
    readonly predicate: ReleasePredicate
  }

export type Artifact = {
  readonly platform: Platform
  readonly file: string
  readonly digest: Digest
  readonly size: number
}

/** The bytes of a session or of a release, as they are announced. */
export type PromisedBlob = { readonly digest: Digest; readonly size: number }

/** A record means: these bytes are durable and had this digest when they were written. */
export type Blob = PromisedBlob & {
  readonly createdAt: number
  /** `deleting`: marked for deletion; the bytes count as absent until they are uploaded again. */
  readonly state: 'live' | 'deleting'
  /** Id of the token that uploaded them; null for what is older than this field. */
  readonly broughtBy: string | null
}

/** A publishing session: a lease that expires unless it is used. */
export type Session = ReleaseKey & {
  readonly id: string
  readonly state: 'open' | 'published' | 'closed'
  readonly tokenId: string
  readonly openedAt: number
  readonly leaseUntil: number
  readonly request: OpenSessionRequest
}

/** What is shared out per token and hour. */
export type BudgetName = 'releasesPerHour' | 'newPluginsPerHour' | 'stateChangesPerHour'

/** What a token had used of a budget at that moment; it comes back as time goes by. */
export type Spent = { readonly amount: number; readonly at: number }

export type SpentBudgets = Readonly<Partial<Record<BudgetName, Spent>>>

export type RankedVersion = Pick<Release, 'version' | 'state'>

/** Artifacts by platform. */
export type ShownVersion = Pick<Release, 'version' | 'publishedAt' | 'state' | 'signer' | keyof VersionFlags> & {
  readonly artifacts: readonly Artifact[]
}

/** A version as lists of what is new show it, described by its own manifest. */
export type News = Pick<Release, keyof ReleaseKey | 'publishedAt' | 'state' | 'signer' | keyof VersionFlags> & {
  /** When it was published or its state changed, whichever came last. */
  readonly changedAt: number
  readonly kind: string
  readonly category: string | null
  readonly description: string
}

/** Plugins that a search found, and what it could be narrowed down to. */
export type FoundPlugins = Pick<SearchAnswer, 'results'> & Omit<Narrowed<unknown>, 'shown'>

/** A plugin with those of its versions that new installs may choose and that speak the protocol `ocm`. */
export type OfferedPlugin = Pick<Plugin, 'plugin' | 'serial'> & {
  /** In any order. */
  readonly releases: readonly (Pick<Release, 'version' | 'deprecated'> & {
    readonly description: string
    readonly platforms: ReleasePredicate['platforms']
  })[]
}

export type RepoSummary = { readonly name: Name; readonly visibility: Visibility; readonly plugins: number }

export type OutboxRow = {
  /** Grows with time. */
  readonly id: number
  /** `plugin`: its documents and release folders; `repo`: discovery and the repo's own documents. */
  readonly kind: 'plugin' | 'repo'
  readonly repo: Name
  /** Set for `plugin`. */
  readonly plugin: Name | null
}

/** Which process serves the data. */
export type Serving = {
  /** Random name of the process. */
  readonly holder: string
  /** Device and inode of the lock file that it locked. */
  readonly lockFile: string
  /** Name of a process that asks whether the holder lives; the holder takes it away. */
  readonly challenge: string | null
}
