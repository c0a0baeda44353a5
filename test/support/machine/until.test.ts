import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './until.ts'

test('waits until it is so', async () => {
  let looks = 0
  await until(() => ++looks === 3)
  await until(async () => ++looks === 5)
  assert.equal(looks, 5)
})

test('names what did not become so', async () => {
  const isThere = false
  await assert.rejects(
    until(() => isThere, 20),
    /^Error: not so after 20 ms: \(\) => isThere$/,
  )
})

test('names what never answered, however long it would take', async () => {
  const silent = new Promise<boolean>(() => {})
  await assert.rejects(
    until(() => silent, 20),
    /^Error: no answer after 20 ms: \(\) => silent$/,
  )
})

test('throws what the question throws, at once', async () => {
  const broken = new Error('broken')
  await assert.rejects(
    until(() => Promise.reject(broken)),
    broken,
  )
})
