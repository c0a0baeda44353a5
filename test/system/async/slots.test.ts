// Places for work: how many at once, who comes next, and that a place is given back however its work ends.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFairSlots, openSlots } from '../../../system/async/slots.ts'

const never = new AbortController().signal
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** How many of ten works begin before any of them has ended. */
async function begunAtOnce(use: (act: () => Promise<void>) => Promise<unknown>): Promise<number> {
  const held = Promise.withResolvers<void>()
  let begun = 0
  const act = () => {
    begun++
    return held.promise
  }
  const all = Array.from({ length: 10 }, () => use(act))
  await turn()
  const found = begun
  held.resolve()
  await Promise.all(all)
  assert.equal(begun, 10)
  return found
}

for (const [count, fair] of [
  [1, 1],
  [2, 1],
  [3, 2],
  [16, 10],
] as const)
  test(`of ${count} places, an owner of many gets at most ${fair}, and the only one all of them`, async () => {
    const slots = openFairSlots(count)
    assert.equal(await begunAtOnce((act) => slots.run('a', never, act)), fair)
    assert.equal(await begunAtOnce(openSlots(count).use), Math.min(count, 10))
  })

test('who came first goes first, and a work that failed gives its place back', async () => {
  const slots = openSlots(1)
  const order: number[] = []
  const works = [1, 2, 3, 4].map((number) =>
    slots.use(async () => {
      order.push(number)
      await turn()
      if (number % 2 === 0) throw new Error(`failed ${number}`)
      return number
    }),
  )
  const ends = await Promise.allSettled(works)
  assert.deepEqual(order, [1, 2, 3, 4])
  assert.deepEqual(
    ends.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected'],
  )
  assert.equal(await slots.use(async () => 'free'), 'free')
})

test('who is gone before it asks gets no place and takes none', async () => {
  const slots = openFairSlots(1)
  await assert.rejects(
    slots.run('a', AbortSignal.abort(new Error('gone')), async () => assert.fail('it was given up')),
    /^Error: gone$/,
  )
  assert.equal(await slots.run('b', never, async () => 'free'), 'free')
})

test('owners take turns, and none has every place', async () => {
  const slots = openFairSlots(2)
  const order: string[] = []
  const ends: (() => void)[] = []
  const run = (owner: string) =>
    slots.run(owner, never, () => {
      order.push(owner)
      return new Promise<void>((resolve) => ends.push(resolve))
    })
  const all = [...Array.from({ length: 6 }, () => run('greedy')), run('b'), run('c'), run('b')]
  await turn()
  assert.deepEqual(order, ['greedy', 'b'])
  for (let end = ends.shift(); end; end = ends.shift()) {
    end()
    await turn()
  }
  await Promise.all(all)
  assert.deepEqual(order.slice(0, 5).sort(), ['b', 'b', 'c', 'greedy', 'greedy'].sort())
  assert.equal(order.length, 9)
})

test('who stops waiting for a place gives it up, and the next one comes', async () => {
  const slots = openFairSlots(1)
  const held = Promise.withResolvers<void>()
  const first = slots.run('a', never, () => held.promise)
  const gone = new AbortController()
  const second = slots.run('b', gone.signal, async () => assert.fail('it was given up'))
  const third = slots.run('c', never, async () => 'done')
  gone.abort(new Error('gone'))
  await assert.rejects(second, /gone/)
  held.resolve()
  await first
  assert.equal(await third, 'done')
})
