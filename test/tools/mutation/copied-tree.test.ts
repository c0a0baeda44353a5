// The copy of the repository in which a guard is taken away: a test finds there what it finds in the repository.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { copyTree } from '../../../tools/mutation/copied-tree.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

/** Passes where git names exactly these files. */
const LOOKS = `
const { execFileSync } = require('node:child_process')
const found = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
if (found !== '.gitignore\\na.ts\\nlooks.cjs\\n') throw new Error(found)
`

test('git knows which files are those of a copy, as tests ask it that look over the source', async (t) => {
  const root = tempFolder(t)
  mkdirSync(join(root, 'node_modules'))
  for (const [name, text] of Object.entries({ 'a.ts': '', 'looks.cjs': LOOKS, '.gitignore': 'node_modules/\n' }))
    writeFileSync(join(root, name), text)
  using tree = copyTree(root, ['.gitignore', 'a.ts', 'looks.cjs'])
  assert.equal(await tree.run('looks.cjs', 60_000), 'passed')
})
