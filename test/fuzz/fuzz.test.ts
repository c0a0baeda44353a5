// A short walk of the fuzzers with one seed: nothing is taken that a second reader takes differently, and nothing crashes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzArchive } from '../../fuzz/archives.ts'
import { fuzzDocument } from '../../fuzz/documents.ts'
import { randomOf } from '../../fuzz/random.ts'
import { openSecondReader } from '../../fuzz/second-reader.ts'

for (const [what, fuzz] of Object.entries({ documents: fuzzDocument, archives: fuzzArchive }))
  test(`1000 mutated ${what} are refused or read alike`, async () => {
    using second = openSecondReader()
    const random = randomOf(7)
    for (let left = 1000; left > 0; left--) assert.equal(await fuzz(random, second), undefined)
  })
