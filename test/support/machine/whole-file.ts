// What all tests of a file share: it ends when the last of them has.
import type { TestContext } from 'node:test'
import { after } from 'node:test'

/** Stands where a builder asks for the test that it belongs to; the last that was made ends first, as with a test. */
export function wholeFile(): TestContext {
  const ends: (() => unknown)[] = []
  after(async () => {
    for (const end of ends.reverse()) await end()
  })
  return { after: (end: () => unknown) => void ends.push(end) } as TestContext
}
