// How free space is shared out: what the registry lacks and what one token may not take are two refusals.
import assert from 'node:assert/strict'
import { statfs } from 'node:fs/promises'
import { test } from 'node:test'
import { parseScope } from '../../../registry/auth/scope.ts'
import type { FreeSpace } from '../../../registry/data-dir/free-space.ts'
import { measureSpace } from '../../../registry/data-dir/free-space.ts'
import type { Amount, BlobOrigin } from '../../../registry/db/publishing-store.ts'
import type { Token } from '../../../registry/db/records.ts'
import type { FreeRoom } from '../../../registry/publish/require-space.ts'
import { BLOCK_BYTES, requireSpace } from '../../../registry/publish/require-space.ts'
import type { OpenSessionRequest } from '../../../schemas/api.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Platform } from '../../../schemas/platform.ts'
import type { Version } from '../../../schemas/version.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

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

/** Of 1000 blocks, or files, that are free. */
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
  registry: /^the registry has no room for \d+ (bytes|files), expected at most \d+$/,
  token: /^this token may take \d+ more (bytes|files) of the registry’s space today, found \d+$/,
}
const VERSION = '1.0.0' as Version
const NOTHING: Amount = { bytes: 0, blobs: 0 }
const PLENTY: FreeSpace = { bytes: Number.MAX_SAFE_INTEGER, files: Number.POSITIVE_INFINITY }
const EMPTY = {
  ...{ live: new Map<Digest, BlobOrigin>(), promised: { own: NOTHING, others: NOTHING }, brought: NOTHING },
  ...{ hasPrivate: false, token: aToken('core/*:publish') },
}

function aToken(scope: string): Token {
  const scopes = [parseScope(scope)]
  return { id: 'tok-a', name: 'a', scopes, createdAt: 0, expiresAt: 1, revokedAt: null, lastUsedAt: null }
}

type Resource = {
  readonly free: FreeSpace
  readonly request: (needed: number) => OpenSessionRequest
  readonly amount: (count: number) => Amount
}

const announced = (sizes: readonly number[]): OpenSessionRequest => {
  const blobs = sizes.map((size, at) => ({ digest: digestOf(`${at}`), size }))
  const [bundle = { digest: HERE, size: 1 }, ...rest] = blobs
  const artifacts = rest.map((blob, at) => ({ ...blob, platform: 'any' as Platform, file: `file-${at}` }))
  return { version: VERSION, bundle, artifacts }
}

const HERE = digestOf('here')
/** One large blob, whose last block is not full; and many of a byte. */
const RESOURCES: Readonly<Record<'blocks' | 'files', Resource>> = {
  blocks: {
    free: { ...PLENTY, bytes: 1000 * BLOCK_BYTES },
    request: (needed) => announced(needed === 0 ? [] : [(needed - 1) * BLOCK_BYTES]),
    amount: (count) => ({ bytes: Math.max(0, count - 10) * BLOCK_BYTES, blobs: Math.min(count, 10) }),
  },
  files: {
    free: { ...PLENTY, files: 1000 },
    request: (needed) => announced(Array.from({ length: needed }, () => 1)),
    amount: (count) => ({ bytes: count, blobs: count }),
  },
}

for (const [what, { free, request, amount }] of Object.entries(RESOURCES))
  for (const { full, needed, own = 0, others = 0, brought = 0 } of SPACE)
    test(`of 1000 free ${what} ${needed} more ${full ? `are too many for the ${full}` : 'fit'} with ${JSON.stringify({ own, others, brought })}`, () => {
      const found = {
        ...EMPTY,
        live: new Map([[HERE, { isOwn: true, heldBy: [] }]]),
        promised: { own: amount(own), others: amount(others) },
        brought: amount(brought),
      }
      const ask = () => requireSpace({ request: request(needed), free: { uploads: free, blobs: free } }, found)
      if (full) assert.match(expectCode('NO_SPACE', ask).message, SAYS[full])
      else ask()
    })

const LITTLE: FreeSpace = { bytes: 1000 * BLOCK_BYTES, files: 1000 }
const NO_END = undefined

type RoomCase = { readonly free: FreeRoom; readonly needed: number; readonly brought?: number; readonly full?: boolean }

const ROOMS: Readonly<Record<string, RoomCase>> = {
  'what cannot arrive is refused, though there is no end to what is kept': {
    ...{ free: { uploads: LITTLE, blobs: NO_END }, needed: 1001, full: true },
  },
  'what cannot be kept is refused, though it could arrive': {
    ...{ free: { uploads: PLENTY, blobs: LITTLE }, needed: 1001, full: true },
  },
  'what was brought before lies elsewhere, and takes nothing of the room in which the next arrives': {
    ...{ free: { uploads: LITTLE, blobs: NO_END }, needed: 750, brought: 9000 },
  },
  'the same where there is an end to what is kept': {
    ...{ free: { uploads: LITTLE, blobs: PLENTY }, needed: 750, brought: 9000 },
  },
}

for (const [title, { free, needed, brought = 0, full = false }] of Object.entries(ROOMS))
  test(title, () => {
    const { request, amount } = RESOURCES.blocks
    const ask = () => requireSpace({ request: request(needed), free }, { ...EMPTY, brought: amount(brought) })
    if (full) assert.match(expectCode('NO_SPACE', ask).message, SAYS.registry)
    else ask()
  })

const WISH = {
  request: { version: VERSION, bundle: { digest: HERE, size: 9999 }, artifacts: [] },
  free: { uploads: { bytes: 0, files: 0 }, blobs: { bytes: 0, files: 0 } },
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

test('files that are free are those of the disk, and without an end where it does not count them', async (t) => {
  const folder = tempFolder(t)
  const { files } = await measureSpace(folder)
  const disk = await statfs(folder)
  if (disk.files === 0) assert.equal(files, Number.POSITIVE_INFINITY)
  else assert.ok(files > 0 && files <= disk.files, `${files} of ${disk.files}`)
})
