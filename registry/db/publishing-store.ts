// The part of the metadata port that publishes: sessions with what they promise, sealing, states and the records of blobs.
// store.ts says what holds for each of its methods.
import type { Digest } from '../../schemas/digest.ts'
import type { Name } from '../../schemas/name.ts'
import type { Version } from '../../schemas/version.ts'
import type {
  Artifact,
  AuditEntry,
  Blob,
  Plugin,
  PromisedBlob,
  RankedVersion,
  Release,
  ReleaseKey,
  RepoKey,
  Session,
  SpentBudgets,
  Token,
  VersionFlags,
  Visibility,
} from './records.ts'

export type PublishingStore = {
  /** Gives the session that `decide` opens or finds; writes nothing for one that is known. */
  open(question: OpeningQuestion, decide: (found: FoundForOpening) => Opening): Promise<Session>
  find(id: string): Promise<Session | undefined>
  /** What the session announced, or one digest of it, with what is here of it. */
  uploads(id: string, digest?: Digest): Promise<PromisedUpload[]>
  /** Prolongs an open session until the moment that `decide` gives. False, and nothing is written, when it is not open. */
  renew(id: string, tokenId: string, decide: (token: Token | undefined) => number): Promise<boolean>
  /** Forgets an open session with its uploads and idempotency keys: nothing is left of what came to nothing. */
  abandon(id: string, tokenId: string, decide: (token: Token | undefined) => void): Promise<void>
  /**
   * Makes a version public for ever: with its artifacts, its plugin, what it cost, the audit entry, and what the tree has yet to
   * show. The session is published with it. True when `decide` sealed it, false when it found it sealed.
   */
  seal(question: SealingQuestion, decide: (found: FoundForSealing) => Sealing): Promise<boolean>
  /** Sets and takes away flags of a sealed version; gives the version and the serial of its plugin as they are then. */
  changeState(question: StateQuestion, decide: (found: FoundForState) => StateChange): Promise<ChangedRelease>
  /**
   * Forgets open sessions whose lease is over or ends after `latest`, and gives their ids; where `forgetBefore` is said, also those
   * that were published and whose lease ended before it, or ends after `latest`.
   */
  sweep(times: SweepTimes): Promise<string[]>
  /** Ids of sessions that are open, however old. */
  listOpen(): Promise<string[]>
}

/** Records of bytes that a BlobStore holds. A record is referenced while a release or an open session names its digest. */
export type BlobRecords = {
  /**
   * The bytes are durable. Also brings back a record that is marked for deletion, whose bytes were just written again. `session` names the one in
   * which they came.
   */
  record(blob: Omit<Blob, 'state'>, session?: string): Promise<void>
  findLive(digest: Digest): Promise<Blob | undefined>
  /** Whether there is a record, marked for deletion or not. */
  has(digest: Digest): Promise<boolean>
  /** All records by digest. */
  walk(): AsyncIterable<Blob>
  /** Records that nothing refers to, as leases are at `now`: older than `before`, younger than `latest` or marked for deletion. */
  unreferenced(times: UnreferencedAt): Promise<Blob[]>
  /** Marks a record for deletion, unless something refers to it: from then on nobody builds on it. */
  markForDeletion(digest: Digest): Promise<void>
  /** Marks what nothing refers to for deletion, and only while the audit log names no version that is missing. True when it did. */
  giveUp(digest: Digest): Promise<boolean>
  /** Takes a record that is marked for deletion away. False when something refers to the digest or its record is live again. */
  forget(digest: Digest): Promise<boolean>
}

export type UnreferencedAt = {
  readonly before: number
  readonly now: number
  /** No record is so young: one that is was made while the clock was ahead, and would stay until that time. */
  readonly latest: number
}

/** By which a token may know that bytes are here. */
export type BlobOrigin = {
  /** The token was the last who brought them, or they came in its session that is asked about. */
  readonly isOwn: boolean
  /** Repos of releases that hold them, in any order. */
  readonly heldBy: readonly { readonly repo: Name; readonly visibility: Visibility }[]
}

export type PromisedUpload = PromisedBlob &
  BlobOrigin & {
    /** Of the live record with this digest, which may have come with another release. */
    readonly storedSize: number | undefined
  }

/** What is read for whoever changes a release. */
type FoundRelease = {
  /** The token that asks, as it is now. */
  readonly token: Token | undefined
  readonly repoExists: boolean
  readonly plugin: Plugin | undefined
  /** What the token has spent of its budgets. */
  readonly spent: SpentBudgets
}

/** What is read for whoever adds a release. */
export type FoundForPublishing = FoundRelease & {
  /** The version, when it is sealed already. */
  readonly sealed: (Release & { readonly artifacts: readonly Artifact[] }) | undefined
  /** Whether the audit log tells that the version was published. */
  readonly wasPublished: boolean
  /** The plugin of the repo whose name folds to the same, itself included. */
  readonly sameName: Plugin['plugin'] | undefined
  /** Versions of the plugin; for one that is new, plugins of the repo. */
  readonly siblings: number
}

type SweepTimes = {
  readonly now: number
  /** No lease is so long: one that is was given while the clock was ahead. */
  readonly latest?: number
  readonly forgetBefore?: number
}

export type OpeningQuestion = {
  readonly release: ReleaseKey
  readonly tokenId: string
  /** The announced digests. */
  readonly blobs: readonly Digest[]
  readonly idempotencyKey: string | undefined
  /** Id of the session that stands for the release when it is sealed already. */
  readonly sealedId: string
  /** What of leases and of brought bytes counts. */
  readonly now: number
  readonly broughtSince: number
}

/** So many bytes, in so many blobs. */
export type Amount = { readonly bytes: number; readonly blobs: number }

export type FoundForOpening = FoundForPublishing & {
  /** The earlier request with this key, and its session if that is still there. */
  readonly repeated: { readonly requestDigest: Digest; readonly session: Session | undefined } | undefined
  /** The session with the id for a sealed release. */
  readonly reopened: Session | undefined
  /** Sessions of the token whose lease is not over. */
  readonly openSessions: number
  /** Those of the announced digests that have a live record. */
  readonly live: ReadonlyMap<Digest, BlobOrigin>
  /** Whether any repo is private. */
  readonly hasPrivate: boolean
  /** What open sessions may upload. */
  readonly promised: { readonly own: Amount; readonly others: Amount }
  /** What the token has uploaded since then and is still here. */
  readonly brought: Amount
}

export type Opening =
  | { readonly kind: 'known'; readonly session: Session }
  /** The session of a sealed release: made once, and its lease renewed. */
  | { readonly kind: 'sealed'; readonly session: Session }
  | {
      readonly kind: 'new'
      readonly session: Session
      readonly uploads: readonly PromisedBlob[]
      /** Remembered in place of an earlier request with this key. */
      readonly idempotency: { readonly key: string; readonly requestDigest: Digest } | undefined
    }

export type SealingQuestion = {
  readonly session: Session
  readonly tokenId: string
  readonly signer: RepoKey['id']
}

export type FoundForSealing = FoundForPublishing & {
  readonly isOpen: boolean
  readonly uploads: readonly PromisedUpload[]
  /** The key of the repo with the signer's id. */
  readonly key: RepoKey | undefined
  readonly versions: readonly RankedVersion[]
  /** Whether any repo is private. */
  readonly hasPrivate: boolean
}

export type Sealing =
  /** The release is sealed already; the session ends well with it. */
  | { readonly kind: 'repeated' }
  | {
      readonly kind: 'new'
      readonly release: Omit<Release, 'state'>
      readonly artifacts: readonly Artifact[]
      readonly plugin: PluginChange
      readonly spent: SpentBudgets
      readonly audit: AuditEntry
    }

/** What becomes of a plugin's own record, and of what search finds, when one of its versions comes or changes. */
export type PluginChange = {
  readonly serial: number
  readonly newest: Version | null
  /** The version whose manifest gives kind, category and description. */
  readonly describedBy: Version
  readonly at: number
}

export type StateQuestion = { readonly release: ReleaseKey; readonly tokenId: string }

export type FoundForState = FoundRelease & {
  /** Whether only some may read the repo. */
  readonly isPrivate: boolean
  readonly release: Release | undefined
  readonly versions: readonly RankedVersion[]
}

export type StateChange =
  | { readonly kind: 'same' }
  | {
      readonly kind: 'change'
      readonly flags: Partial<VersionFlags>
      readonly plugin: PluginChange
      readonly spent: SpentBudgets
      readonly audit: AuditEntry
    }

export type ChangedRelease = { readonly release: Release; readonly serial: number }
