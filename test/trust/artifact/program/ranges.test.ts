import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ByteRange, RangeParser } from '../../../../trust/artifact/program/ranges.ts'
import { feedRanges, PassedBy } from '../../../../trust/artifact/program/ranges.ts'
import type { Random } from '../../../support/builders/seeded-random.ts'
import { seededRandom } from '../../../support/builders/seeded-random.ts'

const FILE = Buffer.from(Array.from({ length: 400 }, (_none, index) => index % 251))

function* reading(ranges: readonly ByteRange[]): RangeParser<readonly Buffer[]> {
  const found: Buffer[] = []
  for (const range of ranges) found.push(yield range)
  return found
}

function scene(random: Random) {
  const between = (least: number, most: number) => least + random.below(most - least + 1)
  const many = <Item>(count: number, make: () => Item) => Array.from({ length: count }, make)
  return { between, many }
}

/** From one buffer that is used again for every piece, as readers of files do. */
function feed(ranges: readonly ByteRange[], pieces: readonly number[], keptBytes?: number) {
  const ranging = feedRanges(reading(ranges), keptBytes)
  const buffer = Buffer.alloc(FILE.length)
  let at = 0
  for (const length of [...pieces, FILE.length]) {
    const size = FILE.copy(buffer, 0, at, at + length)
    ranging.push(buffer.subarray(0, size))
    buffer.fill(0xff)
    at += size
  }
  return ranging.finish()
}

test('gives any parts in any order, however the file arrives, while all of it is kept', () => {
  const { between, many } = scene(seededRandom())
  for (let round = 0; round < 300; round++) {
    const ranges = many(between(1, 12), () => ({ at: between(0, 420), length: between(0, 120) }))
    const pieces = many(between(0, 40), () => between(0, between(1, 60)))
    assert.deepEqual(
      feed(ranges, pieces),
      ranges.map(({ at, length }) => FILE.subarray(at, at + length)),
    )
  }
})

test('with only a beginning kept, gives every part rightly or says that it passed', () => {
  const { between, many } = scene(seededRandom(7))
  let [read, passed] = [0, 0]
  for (let round = 0; round < 300; round++) {
    const ranges = many(between(2, 6), () => ({ at: between(0, 380), length: between(1, 20) }))
    const pieces = many(40, () => between(1, 20))
    try {
      assert.deepEqual(
        feed(ranges, pieces, between(0, 200)),
        ranges.map(({ at, length }) => FILE.subarray(at, at + length)),
      )
      read++
    } catch (error) {
      if (!(error instanceof PassedBy)) throw error
      passed++
    }
  }
  assert(read > 50 && passed > 50, `${read} read, ${passed} passed by`)
})
