// Whoever was asked once is asked again when it counts: what a token allows, and what state a session is in, may change
// between any two steps of a publish, and in the middle of each.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { revokeToken } from '../../../registry/admin/tokens.ts'
import type { RegistryServices } from '../../../registry/context.ts'
import type { Session } from '../../../registry/db/records.ts'
import { openSession } from '../../../registry/publish/open-session.ts'
import { publishRelease } from '../../../registry/publish/publish-release.ts'
import { receiveUpload } from '../../../registry/publish/receive-upload.ts'
import { requireSession } from '../../../registry/publish/session-answer.ts'
import { changeState } from '../../../registry/states/change-state.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { SignedRelease } from '../../support/builders/test-authority.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { triesEveryCase } from '../../support/machine/full-form.ts'
import * as api from '../../support/publisher/publish-release.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

type Place = {
  readonly registry: TestRegistry
  readonly services: RegistryServices
  readonly release: SignedRelease
  readonly principal: { readonly id: string }
  /** Set from the step on that has a session. */
  readonly session: Session
}

type Change = { readonly code: ErrorCode; readonly change: (place: Place) => unknown }

const sql = ({ services }: Place, text: string, ...values: unknown[]) =>
  void databaseOf(services)
    .$client.prepare(text)
    .run(...values)
const setScopes = (place: Place, scopes: unknown) =>
  sql(place, 'UPDATE tokens SET scopes = ? WHERE id = ?', JSON.stringify(scopes), place.principal.id)

/** What happens to the token. */
const TOKEN_CHANGES: Readonly<Record<string, Change>> = {
  'is revoked': {
    code: 'UNAUTHENTICATED',
    change: ({ services, principal }) => revokeToken(services, principal.id),
  },
  expires: {
    code: 'UNAUTHENTICATED',
    change: (place) => sql(place, 'UPDATE tokens SET expires_at = 1 WHERE id = ?', place.principal.id),
  },
  'is forgotten': {
    code: 'UNAUTHENTICATED',
    change: (place) => sql(place, 'DELETE FROM tokens WHERE id = ?', place.principal.id),
  },
  'is narrowed to another repo': {
    code: 'FORBIDDEN',
    change: (place) => setScopes(place, [{ repo: 'other', plugin: '*', actions: ['publish', 'yank'] }]),
  },
  'is narrowed to another plugin': {
    code: 'FORBIDDEN',
    change: (place) => setScopes(place, [{ repo: 'core', plugin: 'other', actions: ['publish', 'yank'] }]),
  },
  'is narrowed to another action': {
    code: 'FORBIDDEN',
    change: (place) => setScopes(place, [{ repo: 'core', plugin: '*', actions: ['quarantine'] }]),
  },
}

/** What happens to the session. */
const SESSION_CHANGES: Readonly<Record<string, Change>> = {
  'its session is given up': {
    code: 'SESSION_NOT_FOUND',
    change: (place) => sql(place, 'DELETE FROM sessions WHERE id = ?', place.session.id),
  },
  'its session ends': {
    code: 'SESSION_NOT_FOUND',
    change: (place) => sql(place, "UPDATE sessions SET state = 'closed' WHERE id = ?", place.session.id),
  },
}

type Step = {
  /** How far the release is before the step. */
  readonly from: 'nothing' | 'open' | 'uploaded' | 'published'
  run(place: Place, change: () => unknown): Promise<unknown>
}

const never = new AbortController().signal

function upload({ services, session, principal, release }: Place, body: Readable): Promise<number> {
  const digest = release.bundleDigest
  return receiveUpload(services, { session, principal, digest, offset: 0, body, stop: never })
}

/** All bytes, with the change between the first and the last; then more only when somebody waits for it. */
function interrupted({ release }: Place, change: () => unknown, goesOn: boolean): Readable {
  const bytes = Buffer.from(release.bundle)
  return Readable.from(
    (async function* () {
      yield bytes.subarray(0, 10)
      await change()
      if (goesOn) yield bytes.subarray(10)
      else await new Promise(() => {})
    })(),
    { objectMode: false },
  )
}

const withInspections = (place: Place, inspect: RegistryServices['inspections']['inspect']) => ({
  ...place.services,
  inspections: { ...place.services.inspections, inspect },
})

const STEPS: Readonly<Record<string, Step>> = {
  'opening a session': {
    from: 'nothing',
    async run({ services, principal, release }, change) {
      await change()
      const { repo, plugin, version } = release.predicate
      const open = { principal: { ...principal, name: '', scopes: [], expiresAt: 0 }, idempotencyKey: undefined }
      return openSession(services, { ...open, release: { repo, plugin, version }, request: api.announce(release) })
    },
  },
  'beginning an upload': {
    from: 'open',
    async run(place, change) {
      await change()
      return upload(place, Readable.from([Buffer.from(place.release.bundle)], { objectMode: false }))
    },
  },
  'the middle of an upload': { from: 'open', run: (place, change) => upload(place, interrupted(place, change, false)) },
  'beginning to publish': {
    from: 'uploaded',
    async run({ services, session, principal }, change) {
      await change()
      return publishRelease(services, { id: session.id, principal, stop: never })
    },
  },
  'the middle of a proof': {
    from: 'uploaded',
    run(place, change) {
      const services = withInspections(place, async (_platforms, { signal }) => {
        await change()
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      })
      return publishRelease(services, { id: place.session.id, principal: place.principal, stop: never })
    },
  },
  'the end of a proof': {
    from: 'uploaded',
    run(place, change) {
      const services = withInspections(place, async () => void (await change()))
      return publishRelease(services, { id: place.session.id, principal: place.principal, stop: never })
    },
  },
}

/** Only what the token allows is asked here. */
const TOKEN_STEPS: Readonly<Record<string, Step>> = {
  ...STEPS,
  'the end of an upload': { from: 'open', run: (place, change) => upload(place, interrupted(place, change, true)) },
  'a yank': {
    from: 'published',
    async run({ services, principal, release }, change) {
      await change()
      const { repo, plugin, version } = release.predicate
      const request = { action: 'yank' as const, reason: 'bad' }
      return changeState(services, { release: { repo, plugin, version }, request, principal })
    },
  },
}

const NOW = Date.now()
let made = 0

async function aPlace(registry: TestRegistry, from: Step['from']): Promise<Place> {
  const { services } = registry.serving.registry
  const release = await aRelease(registry.key, { plugin: `plugin-${++made}` })
  const created = await registry.createToken(['core/*'])
  const target = { url: registry.url, token: created.token }
  const place = { registry, services, release, principal: { id: created.id } }
  if (from === 'nothing') return { ...place, session: {} as Session }
  const opened = api.parseSession(await api.openSession(target, release))
  if (from !== 'open') await api.uploadAll(target, opened, release)
  if (from === 'published') await api.callApi(target, `/api/v1/publishes/${opened.id}/publish`, { method: 'POST' })
  return { ...place, session: await requireSession(services.metadata.publishing, opened.id, NOW) }
}

async function expectRefused(registry: TestRegistry, { from, run }: Step, { code, change }: Change): Promise<void> {
  const place = await aPlace(registry, from)
  const { services, release } = place
  await expectCodeAsync(code, () => run(place, () => change(place)))
  const { catalog, blobs } = services.metadata
  const { repo, plugin, version } = release.predicate
  const found = await catalog.release({ repo, plugin, version })
  assert.equal(found?.state, from === 'published' ? 'active' : undefined)
  if (from === 'open') assert.equal(await blobs.findLive(release.bundleDigest), undefined)
}

/** Leases that are looked at many times in a test, and that no busy machine has end meanwhile. */
const aRegistry = (t: TestContext) => startTestRegistry(t, { times: { leaseMs: 2000 }, clock: () => NOW })

/** Every step asks anew by the same question, so that each takes every other change in turn; OCTO_EVERY_CASE=1 tries all of them. */
const isTried = (step: number, change: number) => triesEveryCase || (step + change) % 2 === 0

test('a token that changes meanwhile stops every step', async (t) => {
  const registry = await aRegistry(t)
  for (const [nth, [where, step]] of Object.entries(TOKEN_STEPS).entries())
    for (const [at, [what, change]] of Object.entries(TOKEN_CHANGES).entries())
      if (isTried(nth, at)) await t.test(`${where}, and the token ${what}`, () => expectRefused(registry, step, change))
})

test('a session that ends meanwhile stops every step', async (t) => {
  const registry = await aRegistry(t)
  for (const [where, step] of Object.entries(STEPS).filter(([, { from }]) => from !== 'nothing'))
    for (const [what, change] of Object.entries(SESSION_CHANGES))
      await t.test(`${where}, and ${what}`, () => expectRefused(registry, step, change))
})
