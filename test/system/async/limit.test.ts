// Work on many things, a few at a time: in what order it begins, how it ends, and that nothing runs on after a failure.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coded } from '../../../schemas/errors.ts'
import { inParallel, settleInParallel } from '../../../system/async/limit.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Items that end when the test says so. */
function heldItems() {
  const begun: number[] = []
  const held = new Map<number, PromiseWithResolvers<string>>()
  const act = (item: number) => {
    begun.push(item)
    const end = Promise.withResolvers<string>()
    held.set(item, end)
    return end.promise
  }
  return { begun, act, end: (item: number) => held.get(item) as PromiseWithResolvers<string> }
}

for (const [limit, atOnce] of [
  [1, [1]],
  [2, [1, 2]],
  [4, [1, 2, 3, 4]],
  [9, [1, 2, 3, 4, 5]],
] as const)
  test(`with a limit of ${limit}, ${atOnce.length} of five begin at once, and results keep the order of the items`, async () => {
    const { begun, act, end } = heldItems()
    const all = inParallel([1, 2, 3, 4, 5], limit, act)
    assert.deepEqual(begun, atOnce)
    while (begun.length < 5) {
      end(begun.at(-1) ?? 0).resolve(`end ${begun.at(-1)}`)
      await turn()
    }
    for (const item of begun) end(item).resolve(`end ${item}`)
    assert.deepEqual(await all, ['end 1', 'end 2', 'end 3', 'end 4', 'end 5'])
  })

test('no items are no work', async () => {
  assert.deepEqual(await inParallel([], 3, () => assert.fail('there is nothing to do')), [])
})

test('the failure that came first is thrown once nothing runs any more, and nothing else begins', async () => {
  const { begun, act, end } = heldItems()
  let ended = false
  const all = inParallel([1, 2, 3, 4, 5], 3, act).finally(() => {
    ended = true
  })
  const refused = assert.rejects(all, /^Error: the second$/)
  end(2).reject(new Error('the second'))
  await turn()
  end(1).reject(new Error('the first'))
  await turn()
  assert.equal(ended, false, 'the third still runs')
  end(3).resolve('done')
  await refused
  assert.deepEqual(begun, [1, 2, 3])
})

test('where each has its own end, the others go on after a failure, and a defect is thrown', async () => {
  const failure = coded('NOT_FOUND', { message: 'not here' })
  const act = async (item: number) => {
    if (item === 2) throw failure
    return item
  }
  assert.deepEqual(await settleInParallel([1, 2, 3], 1, act), [
    { state: 'done', value: 1 },
    { state: 'failed', error: failure },
    { state: 'done', value: 3 },
  ])
  await assert.rejects(
    settleInParallel([1], 1, () => Promise.reject(new TypeError('a defect'))),
    TypeError,
  )
})
