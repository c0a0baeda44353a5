import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepLately } from '../../../../../registry/server/pages/markdown/keep-lately.ts'

/** Counts how often each is made. */
function aKeeper(maxSize: number) {
  const made: string[] = []
  const kept = keepLately<string>(maxSize, (text) => text.length)
  const get = (key: string, text = key) =>
    kept.get(key, async () => {
      made.push(key)
      return text
    })
  return { made, kept, get }
}

test('what several ask for at the same time is made once, and counts once', async () => {
  const { made, get } = aKeeper(40)
  for (let round = 0; round < 20; round++)
    assert.deepEqual(
      await Promise.all(['a', 'a', 'a'].map((key) => get(key, 'x'.repeat(20)))),
      Array(3).fill('x'.repeat(20)),
    )
  await get('b', 'y'.repeat(18))
  await Promise.all([get('a'), get('b')])
  assert.deepEqual(made, ['a', 'b'])
})

test('what does not fit any more is made again, the oldest first', async () => {
  const { made, get } = aKeeper(10)
  for (const key of ['a', 'b', 'c', 'b', 'a']) await get(key, 'xxx')
  assert.deepEqual(made, ['a', 'b', 'c', 'a'])
})

test('what could not be made is made anew for whoever asks next', async () => {
  const { kept, get } = aKeeper(10)
  const failing = () => kept.get('a', () => Promise.reject(new Error('once')))
  assert.deepEqual(
    (await Promise.allSettled([failing(), failing()])).map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.equal(await get('a', 'made'), 'made')
})
