// How free space is shared out: what the registry lacks and what one token may not take are two refusals.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requireSpace } from '../../../registry/publish/require-space.ts'
import { digestOf } from '../../../schemas/digest.ts'
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

for (const { full, needed, own = 0, others = 0, brought = 0 } of SPACE)
  test(`of 1000 free bytes ${needed} more ${full ? `are too many for the ${full}` : 'fit'} with ${JSON.stringify({ own, others, brought })}`, () => {
    const request = { version: VERSION, bundle: { digest: digestOf('new'), size: needed }, artifacts: [] }
    const ask = () =>
      requireSpace({ request, freeBytes: 1000 }, { live: new Set(), promised: { own, others }, brought })
    if (full) assert.match(expectCode('NO_SPACE', ask).message, SAYS[full])
    else ask()
  })

test('what lies here already needs no space, however large it is', () => {
  const digest = digestOf('here')
  const request = { version: VERSION, bundle: { digest, size: 9999 }, artifacts: [] }
  requireSpace({ request, freeBytes: 0 }, { live: new Set([digest]), promised: { own: 0, others: 0 }, brought: 0 })
})
