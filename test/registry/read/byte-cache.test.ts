import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cached } from '../../../registry/read/byte-cache.ts'
import { ByteCache, ENTRY_BYTES } from '../../../registry/read/byte-cache.ts'
import { Popularity } from '../../../registry/read/popularity.ts'

const FILE = 1_000_000
/** Room for three files. */
const ROOM = 3.5 * FILE

function fileWanted(times: number, now = 0, bytes = FILE): Cached {
  const popularity = new Popularity()
  for (let time = 0; time < times; time++) popularity.note(now)
  return { bytes, used: false, popularity }
}

function fullCache(times: number): ByteCache<Cached> {
  const cache = new ByteCache<Cached>(ROOM)
  for (const key of ['a', 'b', 'c']) cache.set(key, fileWanted(times))
  return cache
}

test('while there is room, everything is admitted', () => {
  const cache = new ByteCache<Cached>(ROOM)
  assert.ok(cache.admits(FILE, 1, 0))
})

test('files that are asked for in turn do not push each other out', () => {
  const cache = fullCache(5)
  assert.ok(!cache.admits(FILE, 5, 0))
  assert.ok(!cache.admits(FILE, 6, 0))
})

test('a file that is wanted clearly more takes the place of one that is wanted less, and of no other', () => {
  const cache = fullCache(5)
  cache.set('b', fileWanted(1))
  assert.ok(cache.admits(FILE, 5, 0))
  cache.set('new', fileWanted(5), 0)
  assert.equal(cache.get('b'), undefined)
  for (const key of ['a', 'c', 'new']) assert.ok(cache.get(key))
  assert.ok(cache.bytes <= ROOM)
})

test('what was wanted long ago gives way', () => {
  const cache = fullCache(100)
  assert.ok(!cache.admits(FILE, 5, 0))
  assert.ok(cache.admits(FILE, 5, 60_000))
})

test('entries without a body are neither counted as room nor pushed out by a file', () => {
  const cache = fullCache(5)
  for (let index = 0; index < 100; index++) cache.set(`bare-${index}`, fileWanted(0, 0, ENTRY_BYTES))
  assert.ok(!cache.admits(FILE, 6, 0))
})

test('memory stays within its bound when everything is equally wanted', () => {
  const cache = fullCache(5)
  cache.set('d', fileWanted(5), 0)
  assert.ok(cache.bytes <= ROOM)
  assert.ok(cache.get('d'))
})
