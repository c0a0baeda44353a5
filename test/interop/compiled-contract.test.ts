// The contract of checks in Go, whose compiler takes longer than all other languages' tests together.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { answersAsTheContractSays, writePlugin } from '../support/sdk/contract-of-checks.ts'

const skip = spawnSync('go', ['version']).status !== 0 && 'needs go'

test('go answers as the contract says', { skip }, async (t) => {
  const dir = tempFolder(t)
  const program = writePlugin(dir, { own: 'go/octocheck.go', demo: 'demo.go', run: () => [join(dir, 'demo')] })
  writeFileSync(join(dir, 'go.mod'), 'module example.com/demo\n\ngo 1.21\n')
  const { status, stderr } = spawnSync('go', ['build', '-o', 'demo', '.'], { cwd: dir, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  await answersAsTheContractSays(program, 'go')
})
