// Of the serials that were remembered, only those that a document can have count: any other would refuse every honest one for ever.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { highestKnown } from '../../../client/store/serials.ts'

const ROWS: readonly (readonly [what: string, remembered: readonly number[], highest: number])[] = [
  ['the highest of several', [3, 7, 5], 7],
  ['none where nothing is remembered', [], 0],
  ['none below the first', [-4], 0],
  ['no text that is no number', [Number('seven'), 2], 2],
  ['no part of a number', [7.5, 2], 2],
  ['the highest that a document may have', [100_000_000], 100_000_000],
  ['none beyond it', [100_000_001, 2], 2],
  ['nothing without an end', [Number.POSITIVE_INFINITY, 2], 2],
]

for (const [what, remembered, highest] of ROWS)
  test(`counts ${what}`, () => {
    assert.equal(highestKnown(remembered), highest)
  })
