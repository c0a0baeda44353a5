// The state of a registry in memory, and the steps in which it changes: each works on a copy that takes the place of the state when
// the step is done, and comes a turn of the loop later than it was asked for, as an answer over a network would.
import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { nextRecord } from '../../../../registry/db/audit-chain.ts'
import type {
  Artifact,
  AuditEntry,
  AuditRecord,
  Blob,
  OutboxRow,
  Plugin,
  PromisedBlob,
  Release,
  ReleaseKey,
  RepoKey,
  Serving,
  Session,
  SpentBudgets,
  Token,
  Visibility,
} from '../../../../registry/db/records.ts'
import type { Traits } from '../../../../registry/db/search-filters.ts'
import type { Digest } from '../../../../schemas/digest.ts'
import type { Name } from '../../../../schemas/name.ts'

export type StoredRelease = {
  readonly release: Release
  readonly artifacts: readonly Artifact[]
  readonly digest: Digest
  readonly changedAt: number
}

type NotedDigest = ReleaseKey & { readonly domain: string }

export type State = {
  readonly tokens: Map<string, Token & { readonly secretSha256: string }>
  readonly repos: Map<Name, Visibility>
  readonly keys: Map<string, RepoKey>
  /** By `repo/plugin`, and by `repo/plugin@version` in the order in which they were published. */
  readonly plugins: Map<string, Plugin>
  readonly traits: Map<string, Traits>
  readonly releases: Map<string, StoredRelease>
  readonly blobs: Map<Digest, Blob>
  readonly ociDigests: Map<Digest, NotedDigest>
  readonly sessions: Map<string, Session>
  readonly uploads: Map<string, readonly (PromisedBlob & { readonly isReceived?: true })[]>
  readonly requests: Map<string, { readonly requestDigest: Digest; readonly sessionId: string }>
  readonly budgets: Map<string, SpentBudgets>
  readonly audit: AuditRecord[]
  readonly outbox: OutboxRow[]
  readonly secret: string
  serving: Serving | undefined
  lastOutboxId: number
}

type Step = <T>(act: (state: State) => T) => Promise<T>
export type Steps = {
  /** Looks; changes nothing. */
  readonly read: Step
  /** Changes everything that it says or nothing. */
  readonly write: Step
  /** What every write asks first. */
  guard: (state: State) => void
}

export function openSteps(): Steps {
  let state: State = {
    tokens: new Map(),
    repos: new Map(),
    keys: new Map(),
    plugins: new Map(),
    traits: new Map(),
    releases: new Map(),
    blobs: new Map(),
    ociDigests: new Map(),
    sessions: new Map(),
    uploads: new Map(),
    requests: new Map(),
    budgets: new Map(),
    audit: [],
    outbox: [],
    secret: randomBytes(32).toString('hex'),
    serving: undefined,
    lastOutboxId: 0,
  }
  const steps: Steps = {
    async read(act) {
      await setImmediate()
      return act(state)
    },
    async write(act) {
      await setImmediate()
      const copy = copyOf(state)
      steps.guard(copy)
      const answer = act(copy)
      state = copy
      return answer
    },
    guard: () => {},
  }
  return steps
}

function copyOf(state: State): State {
  const copies = Object.entries(state).map(([name, value]: [string, unknown]) => {
    if (value instanceof Map) return [name, new Map(value)] as const
    return [name, Array.isArray(value) ? [...value] : value] as const
  })
  return Object.fromEntries(copies) as unknown as State
}

export function note(state: State, entry: AuditEntry): void {
  state.audit.push(nextRecord(entry, state.audit.at(-1)))
}

export function releasesOf(
  { releases }: State,
  { repo, plugin }: Pick<ReleaseKey, 'repo' | 'plugin'>,
): StoredRelease[] {
  return [...releases.values()].filter(({ release }) => release.repo === repo && release.plugin === plugin)
}

export function nameOf({ repo, plugin, version }: ReleaseKey): string {
  return `${repo}/${plugin}@${version}`
}

export function pluginOf({ repo, plugin }: ReleaseKey): string {
  return `${repo}/${plugin}`
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

export function byText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right)
}

export function isEverythingHere({ audit, releases }: State): boolean {
  return audit.filter(({ action }) => action === 'publish').length <= releases.size
}
