// What goes on until somebody ends it, read by `head -1`: it ends although nothing more comes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runShell, runWell } from '../../support/machine/run-shell.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const skip =
  (process.platform !== 'linux' && 'services are run on Linux only') ||
  (!spawnSync('tail', ['--version'], { encoding: 'utf8' }).stdout?.includes('GNU') && 'no `tail` of GNU is here')

const FOLLOWING = ['logs --follow', 'logs --follow --json', 'events --follow', 'status --watch', 'check --watch']

test('what follows ends when its reader does, and not with the next line', { skip, timeout: 400_000 }, async (t) => {
  const cwd = tempFolder(t)
  writeFileSync(
    join(cwd, 'octo.yaml'),
    'services: {web: {command: [/bin/sh, -c, "echo first; echo second; exec sleep 600"]}}\n',
  )
  t.after(async () => void (await runShell('octo stop', { cwd })))
  await runWell('octo start', { cwd })
  for (const words of FOLLOWING) {
    const line = await runWell(`octo ${words} 2>&1 | head -1`, { cwd })
    assert.match(line, /^.+\n$/, words)
  }
})
