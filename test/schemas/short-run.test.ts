// Which command lines compile a function for each shape that they read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { typeOcto } from '../support/octo/in-process-octo.ts'

const READ_A_FEW = [['list'], ['lock', '--frozen'], ['whoami'], ['build', '.'], ['test', '.'], ['check', '--offline']]
const READ_AGAIN_AND_AGAIN = [['check', '--watch', '--offline']]

for (const [lines, isPlain] of [
  [READ_A_FEW, true],
  [READ_AGAIN_AND_AGAIN, false],
] as const)
  for (const words of lines)
    test(`octo ${words.join(' ')} reads shapes ${isPlain ? 'without compiling' : 'compiled'}`, async (t) => {
      const before = z.config().jitless
      t.after(() => z.config({ jitless: before }))
      z.config({ jitless: false })
      const { code } = await typeOcto(words, { cwd: tempFolder(t) })
      assert.notEqual(code, 0, 'there is no config')
      assert.equal(z.config().jitless, isPlain)
    })
