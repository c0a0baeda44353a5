import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'

const PROGRAM = join(import.meta.dirname, '../src/main.mjs')

test('starts what has a command, with its environment, and ends with its exit code', (t) => {
  const folder = mkdtempSync(join(tmpdir(), '__NAME__-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const config = join(folder, 'config.json')
  const command = [process.execPath, '-e', 'console.log(process.env.A); process.exit(7)']
  writeFileSync(config, JSON.stringify({ name: 'try', services: { one: { command, environment: { A: 'a' } } } }))
  const call = (...words) => spawnSync(process.execPath, [PROGRAM, '--config', config, ...words], { encoding: 'utf8' })
  const { status, stdout } = call('start')
  assert.deepEqual([status, stdout], [7, 'a\n'])
  assert.equal(call('stop').status, 64)
})
