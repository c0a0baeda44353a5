import assert from 'node:assert/strict'
import test from 'node:test'
import { omitUndefined } from '../../schemas/omit-undefined.ts'

test('leaves out the keys without a value, and keeps the others in their order', () => {
  const left = omitUndefined({ second: 2, missing: undefined, first: 1 })
  assert.deepEqual(Object.entries(left), [
    ['second', 2],
    ['first', 1],
  ])
})

test('keeps what is false, empty, zero or null', () => {
  const fields = { no: false, empty: '', zero: 0, nothing: null }
  assert.deepEqual(omitUndefined(fields), fields)
})
