// How free space is shared out: what the registry lacks and what one token may not take are two refusals.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseScope } from '../../../registry/auth/scope.ts'
import type { BlobOrigin } from '../../../registry/db/publishing-store.ts'
import type { Token } from '../../../registry/db/records.ts'
import { requireSpace } from '../../../registry/publish/require-space.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

type SpaceCase = {
  readonly needed: number
  /** Promised to open sessions of the token, and of all others. */
  readonly own?: number
  readonly others?: number
  /** What the token brought today. */
  readonly brought?: number
  /** Who has no room; absent when it fits. */
  readonly full?: 'registry' | 'token'
}

/** Of 1000 bytes that are free. */
const SPACE: readonly SpaceCase[] = [
  { needed: 1 },
  { needed: 750 },
  { needed: 751, full: 'token' },
  { needed: 1000, full: 'token' },
  { needed: 1001, full: 'registry' },
  { own: 750, needed: 1, full: 'token' },
  { own: 749, needed: 1 },
  { own: 400, needed: 350 },
  { own: 400, needed: 351, full: 'token' },
  { own: 400, needed: 600, full: 'token' },
  { own: 400, needed: 601, full: 'registry' },
  { own: 1000, needed: 1, full: 'registry' },
  { own: 2000, needed: 0 },
  { others: 750, needed: 187 },
  { others: 750, needed: 188, full: 'token' },
  { others: 750, needed: 251, full: 'registry' },
  { others: 1000, needed: 1, full: 'registry' },
  { others: 2000, needed: 1, full: 'registry' },
  { others: 2000, needed: 0 },
  { brought: 3000, needed: 1, full: 'token' },
  { brought: 9000, needed: 0 },
  { brought: 2996, needed: 1 },
  { brought: 1000, needed: 500 },
  { brought: 1000, needed: 501, full: 'token' },
  { brought: 1000, others: 500, needed: 125 },
  { brought: 1000, others: 500, needed: 126, full: 'token' },
]

const SAYS = {
  registry: /^the registry has no room for \d+ bytes, expected at most \d+$/,
  token: /^this token may take \d+ more bytes of the registry’s space today, found \d+$/,
}
const VERSION = '1.0.0' as Version
const EMPTY = {
  ...{ live: new Map<Digest, BlobOrigin>(), promised: { own: 0, others: 0 }, brought: 0 },
  ...{ hasPrivate: false, token: aToken('core/*:publish') },
}

function aToken(scope: string): Token {
  const scopes = [parseScope(scope)]
  return { id: 'tok-a', name: 'a', scopes, createdAt: 0, expiresAt: 1, revokedAt: null, lastUsedAt: null }
}

for (const { full, needed, own = 0, others = 0, brought = 0 } of SPACE)
  test(`of 1000 free bytes ${needed} more ${full ? `are too many for the ${full}` : 'fit'} with ${JSON.stringify({ own, others, brought })}`, () => {
    const request = { version: VERSION, bundle: { digest: digestOf('new'), size: needed }, artifacts: [] }
    const ask = () => requireSpace({ request, freeBytes: 1000 }, { ...EMPTY, promised: { own, others }, brought })
    if (full) assert.match(expectCode('NO_SPACE', ask).message, SAYS[full])
    else ask()
  })

const HERE = digestOf('here')
const WISH = {
  request: { version: VERSION, bundle: { digest: HERE, size: 9999 }, artifacts: [] },
  freeBytes: 0,
}

/** A live record, which another token brought. */
function here(heldBy: BlobOrigin['heldBy'], more: Partial<typeof EMPTY> & Partial<Pick<BlobOrigin, 'isOwn'>> = {}) {
  const { isOwn = false, ...found } = more
  return { ...EMPTY, live: new Map([[HERE, { isOwn, heldBy }]]), ...found }
}

const [OPEN, HIDDEN] = [
  { repo: 'core' as Name, visibility: 'public' },
  { repo: 'secret' as Name, visibility: 'private' },
] as const

test('what lies here already needs no space, however large it is', () => {
  for (const found of [here([]), here([OPEN]), here([OPEN, HIDDEN], { hasPrivate: true })]) requireSpace(WISH, found)
})

test('whether bytes of a private repo are here is not told by the space that they need', () => {
  const absent = expectCode('NO_SPACE', () => requireSpace(WISH, { ...EMPTY, hasPrivate: true }))
  for (const found of [here([HIDDEN], { hasPrivate: true }), here([], { hasPrivate: true })]) {
    const { message, details } = expectCode('NO_SPACE', () => requireSpace(WISH, found))
    assert.deepEqual({ message, details }, { message: absent.message, details: absent.details })
  }
  requireSpace(WISH, here([HIDDEN], { hasPrivate: true, isOwn: true }))
  requireSpace(WISH, here([HIDDEN], { hasPrivate: true, token: aToken('secret/*:read') }))
})
