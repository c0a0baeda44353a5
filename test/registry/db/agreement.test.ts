// Whatever is done to two stores in the same order, they answer alike: SQLite, whose queries are built once and asked with other values
// each time, and maps in memory, which have no queries. What is done, and with which names and times, is chosen at random.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FoundForState, Sealing, StateChange } from '../../../registry/db/publishing-store.ts'
import type { MetadataStore } from '../../../registry/db/store.ts'
import { stateOf } from '../../../registry/db/version-state.ts'
import { refreshPlugin } from '../../../registry/states/refresh-plugin.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import type { Random } from '../../support/builders/seeded-random.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'
import { rounds } from '../../support/machine/full-form.ts'
import {
  addRepo,
  addToken,
  aKey,
  anEntry,
  aReleaseKey,
  change,
  everything,
  look,
  METADATA_STORES,
  makeRepo,
  NOW,
  open,
  seal,
} from '../../support/registry/metadata-scene.ts'

const ROUNDS = rounds({ short: 2, full: 60 })
const STEPS = 60

/** Names that SQL, patterns and sorting could read otherwise; a registry lets none of them in. */
const REPOS = ['core', 'Core', "o'n_e", '%'] as Name[]
const PLUGINS = ['hello', 'he%', '"'] as Name[]
const VERSIONS = ['1.0.0', '1.0.0-rc.1', '1.10.0', '1.2.0'] as Version[]
const TOKENS = ['tok-a', 'TOK-A', "'; --"]
const SESSIONS = ['a', 'b', 'c'].map((letter) => letter.repeat(32))
const BLOBS = ['one', 'two', 'three', 'four'].map((text) => ({ digest: digestOf(text), size: text.length }))
const TIMES = [0, 1, NOW - 1000, NOW - 1, NOW, NOW + 1, NOW + 1000, NOW + 9_000_000_000]
const LIMITS = [0, 1, 2, 1000]

/** What is chosen for one step, the same for each store. */
type Chosen = ReturnType<typeof choose>
type Act = (store: MetadataStore, chosen: Chosen) => Promise<unknown>

function choose({ pick, chance }: Random) {
  return {
    repo: pick(REPOS),
    plugin: pick(PLUGINS),
    version: pick(VERSIONS),
    tokenId: pick(TOKENS),
    session: pick(SESSIONS),
    blob: pick(BLOBS),
    uploads: BLOBS.filter(() => chance(0.5)),
    content: pick(['one', 'two', 'ten']),
    key: aKey(pick(['a', 'b'])),
    visibility: pick(['public', 'private'] as const),
    flag: pick(['yanked', 'quarantined', 'deprecated'] as const),
    text: pick(['because', "it's 100%", 'a_word'] as const),
    protocol: pick(['exec', 'ocm'] as const),
    domain: pick(['x.org', 'y.org']),
    limit: pick(LIMITS),
    offset: pick(LIMITS),
    at: pick(TIMES),
    now: pick(TIMES),
    isSo: chance(0.5),
    readable: REPOS.filter(() => chance(0.3)),
    names: PLUGINS.filter(() => chance(0.5)),
  }
}

const DO: Readonly<Record<string, Act>> = {
  repo: (store, { repo, key, visibility }) => unlessThere(store, repo, () => addRepo(store, repo, [key], visibility)),
  use: ({ tokens }, { tokenId, at }) => tokens.noteUse(tokenId, at),
  revoke: ({ tokens }, { tokenId, at }) =>
    tokens.revoke(tokenId, (found) => ({ revokedAt: at, audit: anEntry({ subject: `${found?.createdAt}` }) })),
  visibility: (store, { repo, visibility }) => onceThere(store, repo, () => makeRepo(store, repo, visibility)),
  key: (store, { repo, key, at }) =>
    onceThere(store, repo, () =>
      store.repos.addKey(repo, key.id, (found) => {
        if (found.key) throw new Error('there already')
        return { key: { ...key, from: at }, addedAt: at, audit: anEntry({ subject: `${found.repoExists}` }) }
      }),
    ),
  revokeKey: ({ repos }, { repo, key, at }) =>
    repos.revokeKey(repo, key.id, (found) => ({ revokedAt: at, audit: anEntry({ subject: JSON.stringify(found) }) })),
  open: (store, { session: id, tokenId, at, now, uploads, isSo, text, repo, plugin, version }) =>
    onceThere(store, repo, async () => {
      if (await store.publishing.find(id)) return
      const session = { id, release: aReleaseKey(plugin, version, repo), tokenId, leaseUntil: at }
      await open(store, { session, uploads, now, ...(isSo ? { idempotencyKey: text } : {}) })
    }),
  renew: ({ publishing }, { session, tokenId, at }) =>
    publishing.renew(session, tokenId, (token) => (token ? at : NOW)),
  abandon: ({ publishing }, { session, tokenId }) => publishing.abandon(session, tokenId, () => {}),
  sweep: async ({ publishing }, { at, now, isSo }) =>
    (await publishing.sweep({ now, ...(isSo ? { latest: now + 1000, forgetBefore: at } : {}) })).sort(),
  seal: (store, { session, repo, plugin, version, content, protocol, text }) =>
    onceThere(store, repo, () =>
      seal(store, {
        ...{ session, repo, plugin, version, platforms: ['any'], content: () => content },
        manifest: { protocol, description: text },
        decide: (found, sealing) => {
          const versions = [...found.versions, { version, state: 'active' as const }]
          const summary = { release: aReleaseKey(plugin, version, repo), known: found.plugin, versions, at: NOW }
          return { ...sealing, plugin: refreshPlugin(summary) } as Sealing
        },
      }),
    ),
  change: (store, { flag, text, isSo, repo, plugin, version }) => {
    const release = aReleaseKey(plugin, version, repo)
    const flags = { [flag]: isSo ? text : null }
    const decide = (found: FoundForState, wanted: StateChange): StateChange => {
      const state = stateOf({ ...(found.release ?? assert.fail('there is no such version')), ...flags })
      const versions = found.versions.map((each) => (each.version === version ? { version, state } : each))
      return { ...wanted, plugin: refreshPlugin({ release, known: found.plugin, versions, at: NOW }) } as StateChange
    }
    return change(store, flags, { release, decide })
  },
  record: ({ blobs }, { blob, at, tokenId, session, isSo }) =>
    blobs.record({ ...blob, createdAt: at, broughtBy: tokenId }, isSo ? session : undefined),
  markForDeletion: ({ blobs }, { blob }) => blobs.markForDeletion(blob.digest),
  giveUp: ({ blobs }, { blob }) => blobs.giveUp(blob.digest),
  forget: ({ blobs }, { blob }) => blobs.forget(blob.digest),
  digest: async ({ catalog, ociDigests }, { repo, plugin, version, domain, blob }) =>
    (await catalog.release(aReleaseKey(plugin, version, repo))) &&
    ociDigests.note({ repo, plugin }, { domain, digests: [{ digest: blob.digest, version }] }),
  finish: async ({ outbox }, { limit }) => outbox.finish((await outbox.take(limit)).map(({ id }) => id)),
}

const ASK: Readonly<Record<string, Act>> = {
  everything: (store) => everything(store),
  token: ({ tokens }, { tokenId }) => tokens.find(tokenId),
  secret: ({ tokens }, { tokenId }) => tokens.findBySecret(`secret of ${tokenId}`),
  repo: async ({ repos }, { repo }) => [
    await Promise.all([repos.exists(repo), repos.visibility(repo), repos.hasPrivate(), repos.keys(repo)]),
  ],
  opening: async (store, { tokenId, now, uploads, repo, plugin, version, text }) => {
    const release = aReleaseKey(plugin, version, repo)
    const { live, ...found } = await look(store, { session: { release, tokenId }, now, uploads, idempotencyKey: text })
    return { ...found, live: [...live].map(([digest, { heldBy, ...blob }]) => [digest, blob, unordered(heldBy)]) }
  },
  session: async ({ publishing }, { session, blob, isSo }) => [
    await publishing.find(session),
    (await publishing.uploads(session, isSo ? blob.digest : undefined)).map(({ heldBy, ...upload }) => [
      upload,
      unordered(heldBy),
    ]),
  ],
  blob: async ({ blobs }, { blob, at, now }) => [
    await blobs.findLive(blob.digest),
    await blobs.has(blob.digest),
    unordered(await blobs.unreferenced({ before: at, now, latest: now + 1000 })),
  ],
  release: async ({ catalog }, { repo, plugin, version }) => [
    await catalog.release(aReleaseKey(plugin, version, repo)),
    unordered(await catalog.versions(repo, plugin)),
    unordered(await catalog.servedVersions(repo, plugin)),
    unordered(await catalog.shownVersions(repo, plugin, VERSIONS.slice(0, 3))),
  ],
  plugins: ({ catalog }, { repo, plugin, limit, isSo }) =>
    catalog.plugins(repo, { after: plugin, ...(isSo ? { limit } : {}) }),
  listings: async ({ catalog }, { repo, names }) => [
    unordered(await catalog.listings(repo, names)),
    unordered(
      (await catalog.offered(repo, names)).map(({ releases, ...plugin }) => ({
        ...plugin,
        releases: unordered(releases),
      })),
    ),
    await catalog.serials(repo),
  ],
  bytes: ({ catalog }, { repo, plugin, content, visibility }) =>
    Promise.all([catalog.isServed(digestOf(content), visibility), catalog.holds(repo, plugin, digestOf(content))]),
  active: ({ catalog }, { repo, plugin, version, limit }) =>
    catalog.activeVersions(repo, plugin, { after: version, limit }),
  summaries: ({ catalog }, { limit, readable }) => catalog.repoSummaries(limit, readable),
  news: ({ catalog }, { repo, plugin, limit, offset, isSo, readable }) =>
    catalog.news({ limit, offset, ...(isSo ? { repo, plugin } : {}) }, readable),
  search: async ({ catalog }, { text, repo, isSo, readable }) => {
    const { results, ...rest } = await catalog.search(text, isSo ? repo : undefined, readable)
    return [unordered(results), rest]
  },
  digest: async ({ ociDigests }, { repo, plugin, blob, domain, limit }) => [
    await ociDigests.find({ repo, plugin }, blob.digest),
    await ociDigests.unknown({ repo, plugin }, { domain, limit }),
  ],
  audit: ({ audit }, { repo, tokenId, at, limit, isSo }) =>
    audit.list({ limit, ...(isSo ? { subject: repo } : { actor: tokenId, since: at }) }),
  upkeep: ({ upkeep }, { limit }) =>
    Promise.all([upkeep.isEverythingHere(), upkeep.emptyPlugins(limit), upkeep.gaps(), upkeep.integrity()]),
}

for (let round = 1; round <= ROUNDS; round++)
  test(`stores to which the same was done answer alike, round ${round} of ${ROUNDS}`, async (t) => {
    const random = seededRandom()
    const stores = await Promise.all(Object.values(METADATA_STORES).map((openStore) => openStore(t)))
    const both = async (what: string, act: Act, chosen: Chosen) => {
      const [first, second] = await Promise.all(stores.map((store) => outcomeOf(act(store, chosen))))
      assert.deepEqual(first, second, `${what} of ${JSON.stringify(chosen)}`)
    }
    for (const tokenId of TOKENS) await both('token', (store, { at }) => addToken(store, tokenId, at), choose(random))
    for (let step = 0; step < STEPS; step++) {
      const [what, act] = random.pick(Object.entries(DO))
      await both(what, act, choose(random))
      for (const [question, ask] of Object.entries(ASK)) await both(question, ask, choose(random))
    }
  })

/** What a step gave, or only that it did not happen: each store has words of its own for its defects. */
async function outcomeOf(done: Promise<unknown>): Promise<unknown> {
  return done.then(
    (value) => ({ value }),
    () => 'refused',
  )
}

async function unlessThere({ repos }: MetadataStore, repo: Name, act: () => Promise<unknown>): Promise<unknown> {
  return (await repos.exists(repo)) ? undefined : act()
}

async function onceThere({ repos }: MetadataStore, repo: Name, act: () => Promise<unknown>): Promise<unknown> {
  return (await repos.exists(repo)) ? act() : undefined
}

function unordered<Item>(items: readonly Item[]): Item[] {
  return items.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
}
