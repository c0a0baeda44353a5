// What every database behind the metadata port promises of repos, keys, tokens and the audit log.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { continuesChain } from '../../../registry/db/audit-chain.ts'
import type { AuditHead, Visibility } from '../../../registry/db/records.ts'
import type { MetadataStore } from '../../../registry/db/store.ts'
import type { Name } from '../../../schemas/name.ts'
import {
  addRepo,
  addToken,
  aKey,
  anEntry,
  CORE,
  everything,
  METADATA_STORES,
  NOW,
  UNWRITABLE,
} from '../../support/registry/metadata-scene.ts'

const REFUSED = new Error('refused')
const refuse = () => {
  throw REFUSED
}
const subjects = async ({ audit }: MetadataStore) =>
  (await Array.fromAsync(audit.walk())).map(({ action, subject }) => `${action} ${subject}`)

/** Each leaves nothing behind. */
const FAILURES: Readonly<Record<string, (store: MetadataStore) => Promise<unknown>>> = {
  'a repo that is refused': ({ repos }) => repos.create('other' as Name, refuse),
  'a repo that breaks in the middle': ({ repos }) =>
    repos.create('other' as Name, () => ({ createdAt: NOW, keys: [aKey('b')], audit: [anEntry(), UNWRITABLE] })),
  'a repo that is there already': ({ repos }) =>
    repos.create('other' as Name, () => ({ createdAt: NOW, keys: [aKey('b'), aKey('b')], audit: [] })),
  'a visibility that is refused': ({ repos }) => repos.changeVisibility(CORE, refuse),
  'a visibility that breaks in the middle': ({ repos }) =>
    repos.changeVisibility(CORE, () => ({ visibility: 'private', at: NOW, audit: UNWRITABLE })),
  'a key that is refused': ({ repos }) => repos.addKey(CORE, aKey('b').id, refuse),
  'a key that breaks in the middle': ({ repos }) =>
    repos.addKey(CORE, aKey('b').id, () => ({ key: aKey('b'), addedAt: NOW, audit: UNWRITABLE })),
  'a key that is there already': ({ repos }) =>
    repos.addKey(CORE, aKey('a').id, () => ({ key: aKey('a'), addedAt: NOW, audit: anEntry() })),
  'a revocation of a key that is refused': ({ repos }) => repos.revokeKey(CORE, aKey('a').id, refuse),
  'a revocation of a key that breaks in the middle': ({ repos }) =>
    repos.revokeKey(CORE, aKey('a').id, () => ({ revokedAt: NOW, audit: UNWRITABLE })),
  'a token that breaks in the middle': ({ tokens }) =>
    tokens.create(
      { id: 'tok-b', name: 'b', scopes: [], createdAt: NOW, expiresAt: NOW, secretSha256: 'b' },
      UNWRITABLE,
    ),
  'a token with the secret of another': ({ tokens }) =>
    tokens.create(
      { id: 'tok-b', name: 'b', scopes: [], createdAt: NOW, expiresAt: NOW, secretSha256: 'secret of tok-a' },
      anEntry(),
    ),
  'a revocation of a token that is refused': ({ tokens }) => tokens.revoke('tok-a', refuse),
  'a revocation of a token that breaks in the middle': ({ tokens }) =>
    tokens.revoke('tok-a', () => ({ revokedAt: NOW, audit: UNWRITABLE })),
}

for (const [name, openStore] of Object.entries(METADATA_STORES))
  suite(name, () => {
    test('of what fails nothing is left', async (t) => {
      const store = await openStore(t)
      await addToken(store)
      await addRepo(store, 'core', [aKey('a')])
      const before = await everything(store)
      for (const [what, act] of Object.entries(FAILURES))
        await t.test(what, async () => {
          await assert.rejects(act(store))
          assert.deepEqual(await everything(store), before)
        })
    })

    test('what a decision throws reaches its caller as it is', async (t) => {
      const store = await openStore(t)
      await assert.rejects(store.repos.create(CORE, refuse), (error) => error === REFUSED)
      await assert.rejects(store.tokens.revoke('tok-a', refuse), (error) => error === REFUSED)
    })

    test('a repo is there with its keys, its entries and its row for the tree', async (t) => {
      const store = await openStore(t)
      await addRepo(store, 'zoo')
      let found: unknown
      await store.repos.create(CORE, (seen) => {
        found = seen
        const audit = [anEntry({ subject: 'one' }), anEntry({ subject: 'two' })]
        return { createdAt: NOW, keys: [{ ...aKey('b'), from: 1, to: 2 }, aKey('a')], audit }
      })
      assert.deepEqual(found, { exists: false, repos: 1 })
      assert.deepEqual(await store.repos.list(), ['core', 'zoo'])
      assert.deepEqual([await store.repos.exists(CORE), await store.repos.exists('nobody' as Name)], [true, false])
      const dates = { addedAt: NOW, revokedAt: null }
      assert.deepEqual(await store.repos.keys(CORE), [
        { repo: CORE, ...aKey('a'), validFrom: null, validTo: null, ...dates },
        { repo: CORE, ...aKey('b'), validFrom: 1, validTo: 2, ...dates },
      ])
      assert.deepEqual((await subjects(store)).slice(1), ['token-create one', 'token-create two'])
      const rows = await store.outbox.take(10)
      assert.deepEqual(
        rows.map(({ kind, repo, plugin }) => [kind, repo, plugin]),
        [
          ['repo', 'zoo', null],
          ['repo', 'core', null],
        ],
      )
    })

    test('who may read a repo is kept, listed and changed, with an entry and a row for the tree', async (t) => {
      const store = await openStore(t)
      await addRepo(store, 'core')
      await addRepo(store, 'hidden', [], 'private')
      const { repos } = store
      const hidden = 'hidden' as Name
      const seen: unknown[] = []
      const change = (repo: Name, visibility: Visibility | undefined) =>
        repos.changeVisibility(repo, (now) => {
          seen.push(now)
          const audit = anEntry({ action: 'repo-public', subject: repo })
          return visibility && { visibility, at: NOW, audit }
        })
      const state = async () => [await repos.list('public'), await repos.list('private'), await repos.hasPrivate()]
      assert.deepEqual(await state(), [['core'], ['hidden'], true])
      assert.deepEqual(await Promise.all(['core', 'hidden', 'nobody'].map((repo) => repos.visibility(repo as Name))), [
        ...['public', 'private', undefined],
      ])
      await change(hidden, undefined)
      await change('nobody' as Name, undefined)
      const rows = (await store.outbox.take(10)).length
      await change(hidden, 'public')
      assert.deepEqual(await state(), [['core', 'hidden'], [], false])
      assert.deepEqual(seen, ['private', undefined, 'private'])
      assert.deepEqual((await subjects(store)).at(-1), 'repo-public hidden')
      const added = (await store.outbox.take(10)).slice(rows)
      assert.deepEqual(
        added.map(({ kind, repo, plugin }) => [kind, repo, plugin]),
        [['repo', 'hidden', null]],
      )
      assert.deepEqual(await repos.list(), ['core', 'hidden'])
    })

    test('of two that make one repo at once, one does', async (t) => {
      const store = await openStore(t)
      const make = () =>
        store.repos.create(CORE, ({ exists }) => (exists ? refuse() : { createdAt: NOW, keys: [], audit: [anEntry()] }))
      const made = await Promise.allSettled([make(), make(), make()])
      assert.deepEqual(made.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected'])
      assert.equal((await subjects(store)).length, 1)
    })

    test('keys are added behind the first, and revoked once each', async (t) => {
      const store = await openStore(t)
      await addRepo(store, 'core', [aKey('b')])
      const found: unknown[] = []
      await store.repos.addKey(CORE, aKey('a').id, (seen) => {
        found.push(seen)
        return { key: aKey('a'), addedAt: NOW + 1, audit: anEntry({ action: 'key-add' }) }
      })
      for (const revokedAt of [NOW + 5, NOW + 6])
        await store.repos.revokeKey(CORE, aKey('b').id, ({ key }) => {
          found.push(key?.revokedAt)
          return { revokedAt, audit: anEntry({ action: 'key-revoke' }) }
        })
      await store.repos
        .revokeKey('nobody' as Name, 'sha256:x', (seen) => {
          found.push(seen)
          return refuse()
        })
        .catch(() => {})
      const none = { repoExists: false, key: undefined }
      assert.deepEqual(found, [{ repoExists: true, key: undefined }, null, NOW + 5, none])
      assert.deepEqual(
        (await store.repos.keys(CORE)).map(({ id, revokedAt }) => [id, revokedAt]),
        [
          [aKey('b').id, NOW + 5],
          [aKey('a').id, null],
        ],
      )
    })

    test('a token is found by its id and its secret, and never shows the secret', async (t) => {
      const store = await openStore(t)
      await addToken(store, 'tok-b', NOW + 1)
      await addToken(store, 'tok-c')
      await addToken(store, 'tok-a')
      const found = await store.tokens.find('tok-b')
      assert.deepEqual(found, {
        id: 'tok-b',
        name: 'tok-b',
        scopes: [{ repo: '*', plugin: '*', actions: ['admin'] }],
        createdAt: NOW + 1,
        expiresAt: NOW + 1000,
        lastUsedAt: null,
        revokedAt: null,
      })
      assert.deepEqual(await store.tokens.findBySecret('secret of tok-b'), found)
      assert.equal(await store.tokens.findBySecret('tok-b'), undefined)
      assert.equal(await store.tokens.find('secret of tok-b'), undefined)
      assert.deepEqual(
        (await store.tokens.list()).map(({ id }) => id),
        ['tok-a', 'tok-c', 'tok-b'],
      )
    })

    test('a token is revoked once, and its use is noted', async (t) => {
      const store = await openStore(t)
      await addToken(store)
      await store.tokens.noteUse('tok-a', NOW + 1)
      await store.tokens.noteUse('tok-nobody', NOW + 1)
      for (const revokedAt of [NOW + 2, NOW + 3])
        await store.tokens.revoke('tok-a', () => ({ revokedAt, audit: anEntry({ action: 'token-revoke' }) }))
      const found = await store.tokens.find('tok-a')
      assert.deepEqual([found?.lastUsedAt, found?.revokedAt], [NOW + 1, NOW + 2])
      let unknown: unknown = 'nobody asked'
      const ask = store.tokens.revoke('tok-nobody', (token) => {
        unknown = token
        return refuse()
      })
      await assert.rejects(ask)
      assert.equal(unknown, undefined)
    })

    test('the audit log is one chain over as many records as there are, oldest first', async (t) => {
      const store = await openStore(t)
      assert.equal(await store.audit.head(), undefined)
      const audit = Array.from({ length: 2100 }, (_none, index) => anEntry({ subject: `tok-${index}` }))
      await store.repos.create(CORE, () => ({ createdAt: NOW, keys: [], audit }))
      let before: AuditHead | undefined
      let count = 0
      for await (const record of store.audit.walk()) {
        assert.ok(continuesChain(record, before), `record ${record.id}`)
        assert.equal(record.subject, `tok-${count++}`)
        assert.deepEqual(record.details, {})
        before = record
      }
      assert.equal(count, audit.length)
      assert.deepEqual(await store.audit.head(), before && { id: before.id, rowSha256: before.rowSha256 })
      assert.deepEqual(await store.audit.at(audit.length), await store.audit.head())
      assert.equal((await store.audit.at(7))?.id, 7)
      assert.equal(await store.audit.at(audit.length + 1), undefined)
    })

    test('the audit log is asked by subject, actor and time, newest first and no more than wanted', async (t) => {
      const store = await openStore(t)
      const audit = [
        anEntry({ subject: 'core', at: 1 }),
        anEntry({ subject: 'core/hello@1.0.0', actor: 'tok-a', at: 2 }),
        anEntry({ subject: 'core/hello-you@1.0.0', actor: 'tok-b', at: 3 }),
        anEntry({ subject: 'core/hello@1.0.0', actor: 'tok-b', at: 4, details: { reason: 'old' } }),
        anEntry({ subject: 'corelib/hello@1.0.0', actor: 'tok-b', at: 5 }),
      ]
      await store.repos.create(CORE, () => ({ createdAt: NOW, keys: [], audit }))
      const ids = async (query: Omit<Parameters<typeof store.audit.list>[0], 'limit'>, limit = 100) =>
        (await store.audit.list({ ...query, limit })).map(({ id }) => id)
      assert.deepEqual(await ids({}), [5, 4, 3, 2, 1])
      assert.deepEqual(await ids({}, 2), [5, 4])
      assert.deepEqual(await ids({ subject: 'core' }), [4, 3, 2, 1])
      assert.deepEqual(await ids({ subject: 'core/hello' }), [4, 2])
      for (const pattern of ['%', 'cor_', 'CORE', 'core/%'])
        assert.deepEqual(await ids({ subject: pattern }), [], pattern)
      assert.deepEqual(await ids({ subject: 'core/hello@1.0.0', actor: 'tok-b' }), [4])
      assert.deepEqual(await ids({ since: 4 }), [5, 4])
      assert.deepEqual(await store.audit.list({ since: 4, subject: 'core', limit: 1 }), [
        {
          id: 4,
          at: 4,
          actor: 'tok-b',
          action: 'token-create',
          subject: 'core/hello@1.0.0',
          details: { reason: 'old' },
        },
      ])
    })
  })
