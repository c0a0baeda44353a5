// The metadata port on each database that fills it, and steps of it that decide for themselves: valid by default, so that a test
// changes or breaks one thing.
import type { TestContext } from 'node:test'
import type {
  ChangedRelease,
  FoundForOpening,
  FoundForSealing,
  FoundForState,
  Opening,
  PluginChange,
  Sealing,
  StateChange,
} from '../../../registry/db/publishing-store.ts'
import type {
  AuditEntry,
  Release,
  ReleaseKey,
  Session,
  VersionFlags,
  Visibility,
} from '../../../registry/db/records.ts'
import type { MetadataStore } from '../../../registry/db/store.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestFromHex, digestOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Platform } from '../../../schemas/platform.ts'
import type { TrustKey } from '../../../schemas/trust-key.ts'
import type { Version } from '../../../schemas/version.ts'
import { aRelease } from '../builders/plugin-record.ts'
import { openMemoryMetadata } from './memory-metadata/metadata.ts'
import { openTestStore } from './test-db.ts'

/** Everything that the contract is tried on. */
export const METADATA_STORES: Readonly<Record<string, (t: TestContext) => Promise<MetadataStore>>> = {
  async SQLite(t) {
    const store = await openTestStore(t)
    // Nothing of it has to survive a power cut.
    store.db.$client.pragma('synchronous = 0')
    // What no query asks to be in an order comes in the other one, so that no promised order is that of an index by chance.
    store.db.$client.pragma('reverse_unordered_selects = 1')
    return store
  },
  'maps in memory': async () => openMemoryMetadata(),
}

export const CORE = 'core' as Name
export const HELLO = 'hello' as Name
export const NOW = 10 * 24 * 3600_000
/** What cannot be written: the step that does breaks in its middle. */
export const UNWRITABLE: AuditEntry = { at: NOW, actor: 'tok-a', action: 'publish', subject: 'x', details: { bad: 1n } }

export const aKey = (letter: string): TrustKey => ({
  id: digestFromHex(letter.repeat(64)),
  kind: 'ed25519',
  pem: `-----${letter}-----`,
})

export const anEntry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  at: NOW,
  actor: 'operator',
  action: 'token-create',
  subject: 'tok-a',
  ...change,
})

export const aReleaseKey = (plugin = 'hello', version = '1.0.0', repo = 'core'): ReleaseKey => ({
  repo: repo as Name,
  plugin: plugin as Name,
  version: version as Version,
})

export async function addToken({ tokens }: MetadataStore, id = 'tok-a', createdAt = NOW): Promise<void> {
  const scopes = [{ repo: '*', plugin: '*', actions: ['admin' as const] }]
  const token = { id, name: id, scopes, createdAt, expiresAt: NOW + 1000, secretSha256: `secret of ${id}` }
  await tokens.create(token, anEntry({ subject: id }))
}

export async function addRepo(
  { repos }: MetadataStore,
  repo = 'core',
  keys: readonly TrustKey[] = [],
  visibility: Visibility = 'public',
): Promise<void> {
  const created = anEntry({ action: 'repo-create', subject: repo })
  await repos.create(repo as Name, () => ({ createdAt: NOW, visibility, keys, audit: [created] }))
}

export async function makeRepo({ repos }: MetadataStore, repo: string, visibility: Visibility): Promise<void> {
  const audit = anEntry({ action: `repo-${visibility}`, subject: repo })
  await repos.changeVisibility(repo as Name, () => ({ visibility, at: NOW, audit }))
}

/** Ids that a session may have. */
export const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string]
export const BUNDLE = { digest: digestOf('bundle'), size: 10 }
export const OTHER = { digest: digestOf('other'), size: 7 }

/** The repo `core` without a key, and a token. */
export async function withRepo(store: MetadataStore): Promise<MetadataStore> {
  await addToken(store)
  await addRepo(store)
  return store
}

/** The repo `core` with a key, and two tokens. */
export async function withPublishers(store: MetadataStore): Promise<MetadataStore> {
  await addToken(store)
  await addToken(store, 'tok-b')
  await addRepo(store, 'core', [aKey('a')])
  return store
}

type SessionWish = Partial<Omit<Session, keyof ReleaseKey>> & { readonly release?: ReleaseKey }

export function aSession({ release = aReleaseKey(), ...change }: SessionWish = {}): Session {
  const request = { version: release.version, bundle: BUNDLE, artifacts: [] }
  const lease = { openedAt: NOW, leaseUntil: NOW + 1000 }
  return { ...release, id: A, state: 'open', tokenId: 'tok-a', ...lease, request, ...change }
}

type OpenWish = {
  readonly session?: SessionWish
  readonly uploads?: Extract<Opening, { kind: 'new' }>['uploads']
  readonly idempotencyKey?: string
  readonly now?: number
  readonly decide?: (found: FoundForOpening, session: Session) => Opening
}

/** Opens what `decide` says, and a new session when it says nothing. */
export function open({ publishing }: MetadataStore, wish: OpenWish = {}): Promise<Session> {
  const session = aSession(wish.session)
  const { repo, plugin, version, tokenId } = session
  const { uploads = [session.request.bundle], idempotencyKey, now = NOW } = wish
  const idempotency =
    idempotencyKey === undefined ? undefined : { key: idempotencyKey, requestDigest: digestOf('the request') }
  const anew = (): Opening => ({ kind: 'new', session, uploads, idempotency })
  const question = {
    release: { repo, plugin, version },
    tokenId,
    blobs: uploads.map(({ digest }) => digest),
    idempotencyKey,
    sealedId: 'f'.repeat(32),
    now,
    broughtSince: now - 1000,
  }
  return publishing.open(question, (found) => wish.decide?.(found, session) ?? anew())
}

/** What is found, without opening anything. */
export async function look(store: MetadataStore, wish: OpenWish = {}): Promise<FoundForOpening> {
  let seen: FoundForOpening | undefined
  await open(store, {
    ...wish,
    decide: (found, session) => {
      seen = found
      return { kind: 'known', session }
    },
  })
  if (!seen) throw new Error('nobody was asked')
  return seen
}

type SealWish = Parameters<typeof aRelease>[0] & {
  readonly session?: string
  readonly decide?: (found: FoundForSealing, sealing: Sealing) => Sealing
  readonly change?: Partial<Extract<Sealing, { kind: 'new' }>>
}

/** Seals what `decide` says, and a new version when it says nothing. Its blobs are recorded first. */
export async function seal(store: MetadataStore, wish: SealWish = {}): Promise<boolean> {
  const { session: id = A, decide, change, ...recipe } = wish
  const made = aRelease({ plugin: 'hello', ...recipe })
  const { repo, plugin } = made.predicate
  const files = Object.entries(made.predicate.platforms)
  for (const blob of [made.bundle, ...files.map(([, file]) => file)]) await record(store, blob)
  const release = aReleaseKey(plugin, made.version, repo)
  const question = { session: aSession({ release, id }), tokenId: 'tok-a', signer: aKey('a').id }
  return store.publishing.seal(question, (found) => {
    const serial = (found.plugin?.serial ?? 0) + 1
    const sealing: Sealing = {
      kind: 'new',
      release: sealed(release, made, serial),
      artifacts: files.map(([platform, { file, digest, size }]) => ({
        platform: platform as Platform,
        file,
        digest,
        size,
      })),
      plugin: describedBy(release.version, serial),
      spent: { releasesPerHour: { amount: (found.spent.releasesPerHour?.amount ?? 0) + 1, at: NOW } },
      audit: anEntry({ action: 'publish', actor: 'tok-a', subject: `${repo}/${plugin}@${made.version}` }),
      ...change,
    }
    return decide?.(found, sealing) ?? sealing
  })
}

function sealed(key: ReleaseKey, made: ReturnType<typeof aRelease>, serial: number): Omit<Release, 'state'> {
  return {
    ...key,
    publishedAt: NOW,
    publishedBy: 'tok-a',
    serial,
    yanked: null,
    quarantined: null,
    deprecated: null,
    bundleDigest: made.bundle.digest,
    bundleSize: made.bundle.size,
    signer: aKey('a').id,
    predicate: made.predicate,
  }
}

export const describedBy = (version: Version, serial: number): PluginChange => ({
  serial,
  newest: version,
  describedBy: version,
  at: NOW,
})

export function record({ blobs }: MetadataStore, blob: { readonly digest: Digest; readonly size: number }) {
  return blobs.record({ digest: blob.digest, size: blob.size, createdAt: NOW, broughtBy: 'tok-a' })
}

/** Changes what `decide` says, and the flags when it says nothing. */
export function change(
  { publishing }: MetadataStore,
  flags: Partial<VersionFlags>,
  wish: {
    readonly release?: ReleaseKey
    readonly decide?: (found: FoundForState, change: StateChange) => StateChange
  } = {},
): Promise<ChangedRelease> {
  const { release = aReleaseKey(), decide } = wish
  return publishing.changeState({ release, tokenId: 'tok-a' }, (found) => {
    const serial = (found.plugin?.serial ?? 0) + 1
    const wanted: StateChange = {
      kind: 'change',
      flags,
      plugin: { ...describedBy(release.version, serial), newest: null },
      spent: { stateChangesPerHour: { amount: 1, at: NOW } },
      audit: anEntry({ action: 'yank', actor: 'tok-a', subject: 'core/hello@1.0.0' }),
    }
    return decide?.(found, wanted) ?? wanted
  })
}

/** All that the port tells, to be compared before and after. */
export async function everything(store: MetadataStore): Promise<unknown> {
  const repos = await store.repos.list()
  const plugins = await Promise.all(
    repos.map(async (repo) => {
      const names = await store.catalog.plugins(repo)
      return Promise.all(
        names.map(async (name) => [await store.catalog.plugin(repo, name), await store.catalog.record(repo, name)]),
      )
    }),
  )
  return {
    repos,
    private: await store.repos.list('private'),
    plugins,
    keys: await Promise.all(repos.map((repo) => store.repos.keys(repo))),
    tokens: await store.tokens.list(),
    audit: await Array.fromAsync(store.audit.walk()),
    outbox: await store.outbox.take(1000),
    blobs: await Array.fromAsync(store.blobs.walk()),
    open: (await store.publishing.listOpen()).sort(),
    spent: (await look(store)).spent,
    found: (await store.catalog.search('', undefined)).results,
  }
}
