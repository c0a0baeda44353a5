// The port behind which a registry keeps what it knows. By use case: each method is one step that happens whole or not at all,
// and leaves nothing behind when it throws.
//
// Rules are the callers'. A method that must decide before it writes reads what the decision needs, asks `decide`, and writes
// what it answers; nobody else's write comes in between. `decide` is synchronous and does no I/O, though it may look at the
// clock. It may be asked again when a database makes a step try anew. It refuses by throwing, and what it throws reaches the
// caller as it is.
//
// Whatever the method, a store throws STORE_BUSY when others kept it from writing for too long, NO_SPACE, IO_FAILED or
// DATA_DIR_CORRUPT. Anything else that it throws is a defect, such as a second token with one id.
import type { Digest } from '../../schemas/digest.ts'
import type { Name } from '../../schemas/name.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import type { Version } from '../../schemas/version.ts'
import type { Listing } from '../../static-tree/newest.ts'
import type { PluginRecord } from '../../static-tree/record.ts'
import type { BlobRecords, PublishingStore } from './publishing-store.ts'
import type {
  Artifact,
  AuditEntry,
  AuditHead,
  AuditRecord,
  FoundPlugins,
  News,
  OfferedPlugin,
  OutboxRow,
  Plugin,
  RankedVersion,
  Release,
  ReleaseKey,
  RepoKey,
  RepoSummary,
  Serving,
  ShownAudit,
  ShownVersion,
  Token,
  Visibility,
} from './records.ts'
import type { Narrowing } from './search-filters.ts'

export type MetadataStore = {
  readonly tokens: TokenStore
  readonly repos: RepoStore
  readonly audit: AuditStore
  readonly publishing: PublishingStore
  readonly blobs: BlobRecords
  readonly catalog: CatalogStore
  readonly ociDigests: OciDigestStore
  readonly outbox: OutboxStore
  readonly serving: ServingStore
  readonly upkeep: UpkeepStore
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
  /**
   * Changes who may read a repo, unless `decide` gives nothing. What the tree and the search show of it is theirs to follow from then on:
   * the tree finds it in the outbox. `decide` sees undefined for a repo that does not exist.
   */
  changeVisibility(repo: Name, decide: (now: Visibility | undefined) => NewVisibility | undefined): Promise<void>
  exists(repo: Name): Promise<boolean>
  /** Undefined for a repo that does not exist. */
  visibility(repo: Name): Promise<Visibility | undefined>
  /** All repos by name, or those of one kind. */
  list(visibility?: Visibility): Promise<Name[]>
  hasPrivate(): Promise<boolean>
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
  /** Public when nothing is said. */
  readonly visibility?: Visibility
  /** No two with one id. */
  readonly keys: readonly TrustKey[]
  readonly audit: readonly AuditEntry[]
}

type NewVisibility = { readonly visibility: Visibility; readonly at: number; readonly audit: AuditEntry }

export type FoundKey = { readonly repoExists: boolean; readonly key: RepoKey | undefined }

export type NewRepoKey = { readonly key: TrustKey; readonly addedAt: number; readonly audit: AuditEntry }

/** Entries are written by the change that they are about, in the same step. */
export type AuditStore = {
  /** The newest record. */
  head(): Promise<AuditHead | undefined>
  /** The record of this number. */
  at(id: number): Promise<AuditHead | undefined>
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
  readonly since?: number | undefined
  readonly limit: number
}

/** What is read for those who look: the tree, pages and search. */
export type CatalogStore = {
  plugin(repo: Name, plugin: Name): Promise<Plugin | undefined>
  release(release: ReleaseKey): Promise<Release | undefined>
  /** Names of a repo's plugins in order, at most `limit` behind `after`; all when nothing is said. */
  plugins(repo: Name, page?: { readonly after?: Name | undefined; readonly limit?: number }): Promise<Name[]>
  /** One plugin with all its releases, in the order they were published. */
  record(repo: Name, plugin: Name): Promise<PluginRecord | undefined>
  /** Versions of a plugin with just enough to rank them, in any order. */
  versions(repo: Name, plugin: Name): Promise<RankedVersion[]>
  /** The versions of a plugin that may be fetched: those that are not quarantined. */
  servedVersions(repo: Name, plugin: Name): Promise<Version[]>
  /** Those of these versions that there are, in any order, without the texts that their statements carry. */
  shownVersions(repo: Name, plugin: Name, versions: readonly Version[]): Promise<ShownVersion[]>
  /** The listings of these plugins of a repo, in any order; plugins without releases have none. */
  listings(repo: Name, plugins: readonly Name[]): Promise<Listing[]>
  /** Whether any release that may be fetched, of a repo of this kind, holds these bytes. */
  isServed(digest: Digest, visibility: Visibility): Promise<boolean>
  /** Whether a release of the plugin that may be fetched holds these bytes. */
  holds(repo: Name, plugin: Name, digest: Digest): Promise<boolean>
  /** Versions that new installs may choose, in the order of their code units: at most `limit` behind `after`. */
  activeVersions(
    repo: Name,
    plugin: Name,
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<Version[]>
  /** Serials of all plugins of a repo by name, as they are in one moment. */
  serials(repo: Name): Promise<Pick<Plugin, 'plugin' | 'serial'>[]>
  /** What these plugins of a repo offer to managers of the protocol `ocm`, in any order. */
  offered(repo: Name, plugins: readonly Name[]): Promise<OfferedPlugin[]>
  /** The first by name of the public repos, and of those private ones that whoever asks may read. */
  repoSummaries(limit: number, readable?: readonly Name[]): Promise<RepoSummary[]>
  /**
   * Plugins in which each word of the query, as search-words.ts reads it, begins a word of the name, category or description:
   * the best first, where names weigh most; by name for a query without words. At most MAX_SEARCH_RESULTS on a page, of the first
   * MAX_CANDIDATES, narrowed down and counted as search-filters.ts does. Of private repos only those are searched that whoever
   * asks may read, and theirs stand before the others: in no order, number or rank of what is public shows anything of what is
   * private.
   */
  search(
    query: string,
    repo: Name | undefined,
    readable?: readonly Name[],
    narrowing?: Narrowing,
  ): Promise<FoundPlugins>
  /**
   * Versions that were published or whose state changed, the last first: of the public repos and those private ones that whoever
   * asks may read, or of one of them, or of one plugin.
   */
  news(of: NewsQuestion, readable?: readonly Name[]): Promise<News[]>
  /** 256 random bits of this registry, for names that are not to change with its address; told to nobody. */
  secret(): Promise<string>
}

type NewsQuestion = {
  readonly repo?: Name
  /** Of that repo. */
  readonly plugin?: Name
  readonly limit: number
  /** So many are left out before. */
  readonly offset?: number
}

/** Under which digests a release is served as a component version, as far as somebody asked. */
export type OciDigestStore = {
  find(plugin: Pick<ReleaseKey, 'repo' | 'plugin'>, digest: Digest): Promise<Version | undefined>
  /** Versions of which nothing is noted under this domain, in the order of their code units. */
  unknown(
    plugin: Pick<ReleaseKey, 'repo' | 'plugin'>,
    page: { readonly domain: string; readonly limit: number },
  ): Promise<Version[]>
  /** Does nothing for what is noted already. */
  note(
    plugin: Pick<ReleaseKey, 'repo' | 'plugin'>,
    noted: {
      readonly domain: string
      readonly digests: readonly { readonly digest: Digest; readonly version: Version }[]
    },
  ): Promise<void>
}

/** What the static tree has yet to show. Rows are written by the change itself and go once the tree shows it. */
export type OutboxStore = {
  /** The oldest rows. They stay until `finish`, so a crash in between only repeats the work. */
  take(limit: number): Promise<OutboxRow[]>
  /** Takes away rows whose change the tree shows durably; those that are gone already do not matter. */
  finish(ids: readonly number[]): Promise<void>
}

/** Which one process serves this data. */
export type ServingStore = {
  holder(): Promise<Serving | undefined>
  /** Names the holder in place of any other, without a challenge. `decide` sees who it was, and refuses by throwing. */
  claim(mine: Omit<Serving, 'challenge'>, decide: (now: Serving | undefined) => void): Promise<void>
  /** Asks the holder to answer; the name of who asks stands with it. */
  challenge(challenger: string): Promise<void>
  /** Takes the challenge away, as only the holder may. */
  answer(holder: string): Promise<void>
  /** Names nobody any more, if it was this holder. */
  release(holder: string): Promise<void>
  /** From now on each write of this store, asked in its step, throws what `refusal` makes unless `holder` is the holder, and all is in place. */
  guard(holder: string, refusal: (why: 'taken over' | 'replaced') => Error): void
  /** False once what stands in the place of the database is another than the one that is open. */
  isInPlace(): Promise<boolean>
  /** True when another process wrote since this was asked last; the first time it says what happened since the opening. */
  hasChangedElsewhere(): Promise<boolean>
}

export type UpkeepStore = {
  /** By which whoever runs the registry knows it, e.g. `octo.db`. */
  readonly name: string
  /** What brings back rows that are missing, as the clause that begins a hint. */
  readonly wayBack: string
  /** Reads something: whoever cannot, throws. */
  ping(): Promise<void>
  /** Throws IO_FAILED where what it is kept in is away, is another one than when it was opened, or can no longer be written to. */
  requireInPlace(): Promise<void>
  /** A look that no start has to wait for: what is too large is left alone. */
  quickCheck(): Promise<QuickCheck>
  /** Everything in which the database itself differs from what it should be, in words. */
  integrity(): Promise<string[]>
  /** Names of tables in which records are missing that were there, as far as the database can tell. */
  gaps(): Promise<string[]>
  /** Plugins that have no version, as `repo/plugin`; at most `limit`. */
  emptyPlugins(limit: number): Promise<string[]>
  /** Plugins of which the search has other words than their record, or in another place, as `repo/plugin`; at most `limit`. */
  misplacedWords(limit: number): Promise<string[]>
  /** Puts the words of all plugins where the search finds them. */
  mendWords(): Promise<void>
  /** All releases in the order in which they were published, and whether each is as it was written. */
  scrub(): AsyncIterable<ScrubbedRelease>
  /** False when the audit log names more published versions than there are: then nothing may go that looks unused. */
  isEverythingHere(): Promise<boolean>
  /**
   * Only of a store that lies in a file: all that it knows at this moment, in a new one, closed to others, beside whoever writes to it.
   * Throws NO_SPACE, STORE_BUSY, IO_FAILED or DATA_DIR_CORRUPT.
   */
  copyTo?(file: string): Promise<void>
}

export type ScrubbedRelease = {
  readonly release: Release
  readonly artifacts: readonly Artifact[]
  readonly isUnchanged: boolean
}

type QuickCheck =
  | { readonly state: 'sound' }
  | { readonly state: 'too-large'; readonly pages: number }
  | { readonly state: 'damaged'; readonly found: unknown }
