// What octo leaves alone where it runs inside a process of others.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { asGuest } from '../../../system/process/guest.ts'
import { giveBackFromTheBegin, giveBackMemory, giveBackMemorySoon } from '../../../system/process/small-heap.ts'
import { giveBackSpare } from '../../../system/process/spare-memory.ts'

/** Whether V8 collected while `act` ran: what nothing holds lives on until then. */
async function isCollected(act: () => void): Promise<boolean> {
  const garbage = await someGarbage()
  act()
  return garbage.deref() === undefined
}

/** In a turn of its own, as V8 keeps what was looked at until the end of a turn. */
async function someGarbage(): Promise<WeakRef<object>> {
  const reference = new WeakRef({ large: 'x'.repeat(100) })
  await nextTurn()
  return reference
}

function soonOver(t: TestContext): () => void {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  return () => t.mock.timers.tick(60_000)
}

test('V8 is told to collect in a process of octo’s own, and never in that of others', async () => {
  assert.equal(await isCollected(giveBackMemory), true)
  using _guest = asGuest()
  assert.equal(await isCollected(giveBackMemory), false)
})

test('nor later, when the command is over that ran there', async (t) => {
  const goOn = soonOver(t)
  giveBackMemorySoon()
  assert.equal(await isCollected(goOn), true)
  {
    using _guest = asGuest()
    giveBackMemorySoon()
  }
  assert.equal(await isCollected(goOn), false)
})

const fileBytes = () => Number(/^RssFile:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024

test('pages of the program of others stay in memory', {
  skip: process.platform === 'linux' ? false : 'elsewhere nothing is given back',
}, (t) => {
  const goOn = soonOver(t)
  using _guest = asGuest()
  const before = fileBytes()
  giveBackSpare()
  using _giving = giveBackFromTheBegin()
  goOn()
  assert.ok(fileBytes() > before * 0.9, `${before} → ${fileBytes()}`)
})
