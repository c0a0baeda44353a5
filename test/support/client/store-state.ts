// What a client's store holds: proven whole, and free of what an interrupted install leaves behind.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { collect } from '../../../client/store/collect.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { verifyStore } from '../../../client/store/verify-store.ts'

/** Every file in the store is what its name says. */
export async function expectWholeStore(root: string, blobs: number): Promise<void> {
  const layout = layoutOf(root)
  assert.deepEqual((await verifyStore(layout)).problems, [])
  assert.equal(readdirSync(layout.blobs).length, blobs)
}

/** Nothing unfinished lies about, right now. */
export function leftovers(root: string): readonly string[] {
  const { parts, staging, trees } = layoutOf(root)
  return [...readdirSync(parts), ...readdirSync(staging), ...readdirSync(trees).filter((name) => name.startsWith('.'))]
}

/** Collects as `octo cache gc` does, without the day of grace. */
export async function expectTidyAfterCollect(root: string): Promise<void> {
  await collect(layoutOf(root), { now: Date.now(), minAgeMs: 0 })
  assert.deepEqual(leftovers(root), [])
}
