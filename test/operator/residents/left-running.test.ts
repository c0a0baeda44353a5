// What a check plugin that stays has started: it ends with the plugin, also where it left its group.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { VerifiedExecutable } from '../../../client/index.ts'
import { startResident } from '../../../operator/residents/resident-process.ts'
import { anExecutable } from '../../support/builders/executables.ts'
import { isGone } from '../../support/machine/processes.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const options = { skip: process.platform !== 'linux' && 'it is found in /proc, which Linux has' }

/** Answers with the number of what it started in a session of its own. */
const STARTS_ONE = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const one = require('node:child_process').spawn('/bin/sleep', ['600'], { detached: true, stdio: 'ignore' })
  const answer = () => JSON.stringify({ id: JSON.parse(line).id, exitCode: 0, stdout: String(one.pid) })
  one.once('spawn', () => process.stdout.write(answer() + '\\n'))
})`

test('what it leaves running in a session of its own is ended with it', options, async (t) => {
  const path = join(tempFolder(t), 'starts-one.cjs')
  writeFileSync(path, STARTS_ONE)
  const given = anExecutable('starts-one.cjs', { path, output: 'check/v1', resident: 'lines/v1' })
  const executable: VerifiedExecutable = { ...given, runtime: { name: 'node' } }
  const resident = await startResident(executable, { env: process.env, onBreach: () => assert.fail('printed more') })
  t.after(() => resident.kill())
  const { stdout } = await resident.ask({ words: [], deadlineMs: Date.now() + 600_000 }).answer
  const pid = Number(stdout)
  assert.ok(process.kill(pid, 0))
  resident.kill()
  await resident.ended
  assert.ok(await isGone(pid))
})
