// What a registry knows, in memory, which keeps the promises of the metadata port: the shortest thing that can stand behind it.
import { releaseDigest } from '../../../../registry/db/release-digest.ts'
import type { MetadataStore, OutboxStore, ServingStore, UpkeepStore } from '../../../../registry/db/store.ts'
import { auditOf, reposOf, tokensOf } from './admin.ts'
import { blobsOf } from './blobs.ts'
import { catalogOf } from './catalog.ts'
import { ociDigestsOf } from './oci-digests.ts'
import { publishingOf } from './publishing.ts'
import type { Steps } from './state.ts'
import { isEverythingHere, openSteps, releasesOf } from './state.ts'

export function openMemoryMetadata(): MetadataStore {
  const steps = openSteps()
  return {
    tokens: tokensOf(steps),
    repos: reposOf(steps),
    audit: auditOf(steps),
    publishing: publishingOf(steps),
    blobs: blobsOf(steps),
    catalog: catalogOf(steps),
    ociDigests: ociDigestsOf(steps),
    outbox: outboxOf(steps),
    serving: servingOf(steps),
    upkeep: upkeepOf(steps),
    // Whoever opens it next finds the rows, as in a database that stayed, and makes a claim of its own.
    close: async () => {
      steps.guard = () => {}
    },
  }
}

function outboxOf({ read, write }: Steps): OutboxStore {
  return {
    take: (limit) => read(({ outbox }) => outbox.slice(0, limit)),
    finish: (ids) =>
      write(({ outbox }) => {
        const left = outbox.filter(({ id }) => !ids.includes(id))
        outbox.splice(0, outbox.length, ...left)
      }),
  }
}

function servingOf(steps: Steps): ServingStore {
  const { read, write } = steps
  return {
    holder: () => read(({ serving }) => serving),
    claim: (mine, decide) =>
      write((state) => {
        decide(state.serving)
        state.serving = { ...mine, challenge: null }
      }),
    challenge: (challenge) =>
      write((state) => {
        if (state.serving) state.serving = { ...state.serving, challenge }
      }),
    answer: (holder) =>
      write((state) => {
        if (state.serving?.holder === holder) state.serving = { ...state.serving, challenge: null }
      }),
    release: (holder) =>
      write((state) => {
        if (state.serving?.holder === holder) state.serving = undefined
      }),
    guard(holder, refusal) {
      steps.guard = ({ serving }) => {
        if (serving?.holder !== holder) throw refusal('taken over')
      }
    },
    isInPlace: async () => true,
    hasChangedElsewhere: async () => false,
  }
}

function upkeepOf({ read }: Steps): UpkeepStore {
  return {
    name: 'memory',
    wayBack: 'start again',
    ping: () => read(() => undefined),
    requireInPlace: async () => undefined,
    quickCheck: async () => ({ state: 'sound' }),
    integrity: async () => [],
    gaps: async () => [],
    emptyPlugins: (limit) =>
      read((state) =>
        [...state.plugins.values()]
          .filter((plugin) => releasesOf(state, plugin).length === 0)
          .slice(0, limit)
          .map(({ repo, plugin }) => `${repo}/${plugin}`),
      ),
    misplacedWords: async () => [],
    mendWords: async () => undefined,
    async *scrub() {
      for (const { release, artifacts, digest } of await read(({ releases }) => [...releases.values()]))
        yield { release, artifacts, isUnchanged: releaseDigest(release, artifacts) === digest }
    },
    isEverythingHere: () => read(isEverythingHere),
  }
}
