// A short walk of the fuzzers with one seed: nothing is taken that another reader takes differently, and nothing crashes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzArchive } from '../../fuzz/archives.ts'
import { fuzzDocument } from '../../fuzz/documents.ts'
import { randomOf } from '../../fuzz/random.ts'
import { openReaders } from '../../fuzz/readers.ts'
import { rounds } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const INPUTS = rounds({ short: 400, full: 1000 })

for (const [what, fuzz] of Object.entries({ documents: fuzzDocument, archives: fuzzArchive }))
  test(`${INPUTS} ${what} are refused or read alike, and of each kind some are taken`, async (t) => {
    await using readers = await openReaders({ short: true })
    const fuzzing = { random: randomOf(7), readers, folder: tempFolder(t) }
    const taken = new Map<string, number>()
    for (let left = INPUTS; left > 0; left--) {
      const outcome = await fuzz(fuzzing)
      assert.equal(outcome.problem, undefined)
      taken.set(outcome.kind, (taken.get(outcome.kind) ?? 0) + Number(outcome.taken))
    }
    assert.ok(
      [...taken.values()].every((count) => count > INPUTS / 100),
      JSON.stringify([...taken]),
    )
  })
