// How free space is shared out: what the registry lacks and what one token may not take are two refusals.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordBlob } from '../../../registry/db/sqlite/blobs.ts'
import type { RegistryDb } from '../../../registry/db/sqlite/open.ts'
import { write } from '../../../registry/db/sqlite/open.ts'
import { insertSession } from '../../../registry/db/sqlite/sessions.ts'
import { requireSpace } from '../../../registry/publish/require-space.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import { expectCode } from '../../support/expect-code.ts'
import { openTestDb } from '../../support/test-db.ts'

type SpaceCase = {
  readonly needed: number
  /** Promised to open sessions of the token, and of all others. */
  readonly own?: number
  readonly others?: number
  /** What the token brought today, and what it brought before. */
  readonly brought?: number
  readonly old?: number
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
  { old: 100_000, needed: 750 },
  { old: 100_000, needed: 751, full: 'token' },
  { brought: 1000, others: 500, needed: 125 },
  { brought: 1000, others: 500, needed: 126, full: 'token' },
]

const SAYS = {
  registry: /^the registry has no room for \d+ bytes, expected at most \d+$/,
  token: /^this token may take \d+ more bytes of the registry’s space today, found \d+$/,
}
const NOW = 10 * 24 * 3600_000
const VERSION = '1.0.0' as Version

function promise(db: RegistryDb, tokenId: string, size: number): void {
  const target = { repo: 'core' as Name, plugin: 'p' as Name, version: VERSION }
  const request = { version: VERSION, bundle: { digest: digestOf(tokenId), size }, artifacts: [] }
  const lease = { openedAt: NOW, leaseUntil: NOW + 1 }
  insertSession(db, { ...target, ...lease, id: tokenId, state: 'open', tokenId, request }, [request.bundle])
}

test('of 1000 free bytes', async (t) => {
  const db = await openTestDb(t)
  // Nothing of it has to survive a power cut.
  db.$client.pragma('synchronous = 0')
  db.$client.exec("INSERT INTO repos VALUES ('core', 1)")
  for (const { full, needed, own = 0, others = 0, brought = 0, old = 0 } of SPACE)
    await t.test(
      `${needed} more ${full ? `are too many for the ${full}` : 'fit'} with ${JSON.stringify({ own, others, brought, old })}`,
      () => {
        db.$client.exec('DELETE FROM sessions; DELETE FROM blobs')
        promise(db, 'mine', own)
        promise(db, 'another', others)
        recordBlob(db, { digest: digestOf('brought'), size: brought, broughtBy: 'mine', createdAt: NOW - 1000 })
        recordBlob(db, { digest: digestOf('old'), size: old, broughtBy: 'mine', createdAt: NOW - 25 * 3600_000 })
        recordBlob(db, { digest: digestOf('of another'), size: 9999, broughtBy: 'another', createdAt: NOW })
        const request = { version: VERSION, bundle: { digest: digestOf('new'), size: needed }, artifacts: [] }
        const ask = () => write(db, (tx) => requireSpace(tx, { request, tokenId: 'mine', freeBytes: 1000, now: NOW }))
        if (full) assert.match(expectCode('NO_SPACE', ask).message, SAYS[full])
        else ask()
      },
    )
})

test('what lies here already needs no space, however large it is', async (t) => {
  const db = await openTestDb(t)
  recordBlob(db, { digest: digestOf('here'), size: 9999, broughtBy: 'another', createdAt: NOW })
  const request = { version: VERSION, bundle: { digest: digestOf('here'), size: 9999 }, artifacts: [] }
  write(db, (tx) => requireSpace(tx, { request, tokenId: 'mine', freeBytes: 0, now: NOW }))
})
