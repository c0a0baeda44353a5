// A short walk of the fuzzers with one seed: nothing is taken that another reader takes differently, and nothing crashes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzArchive } from '../../fuzz/archives.ts'
import { fuzzDocument } from '../../fuzz/documents.ts'
import { randomOf } from '../../fuzz/random.ts'
import { openReaders } from '../../fuzz/readers.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

for (const [what, fuzz] of Object.entries({ documents: fuzzDocument, archives: fuzzArchive }))
  test(`1000 ${what} are refused or read alike, and of each kind some are taken`, async (t) => {
    await using readers = await openReaders({ short: true })
    const fuzzing = { random: randomOf(7), readers, folder: tempFolder(t) }
    const taken = new Map<string, number>()
    for (let left = 1000; left > 0; left--) {
      const outcome = await fuzz(fuzzing)
      assert.equal(outcome.problem, undefined)
      taken.set(outcome.kind, (taken.get(outcome.kind) ?? 0) + Number(outcome.taken))
    }
    assert.ok(
      [...taken.values()].every((count) => count > 10),
      JSON.stringify([...taken]),
    )
  })
