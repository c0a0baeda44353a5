// Which process a number means, also where nobody can look.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { identityOf, isAlive } from '../../../system/process/identity.ts'

const skip = process.platform !== 'linux' && 'processes are told apart by /proc'
const MODULE = fileURLToPath(new URL('../../../system/process/identity.ts', import.meta.url))

test('a process lives until it ends, and no other one of its number is taken for it', { skip }, async () => {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  await once(child, 'spawn')
  const found = identityOf(child.pid ?? 0)
  assert.ok(found)
  assert.equal(isAlive(found), true)
  for (const other of [{ start: '1' }, { boot: 'another' }]) assert.equal(isAlive({ ...found, ...other }), false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(isAlive(found), false)
  assert.equal(identityOf(found.pid), undefined)
})

/** Only as many open files as it takes to have too many at once. */
const SCRIPT = `
import { openSync } from 'node:fs'
import { identityOf, isAlive } from ${JSON.stringify(MODULE)}
const own = identityOf(process.pid)
try { for (;;) openSync('/dev/null') } catch (error) { console.log(error.code, isAlive(own), isAlive({ ...own, boot: 'x' })) }
`

test('one that cannot be looked at, as by a process that has too much open, is not taken for dead', { skip }, () => {
  const node = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    '--input-type=module-typescript',
    '-e',
    SCRIPT,
  ]
  const said = execFileSync('sh', ['-c', 'ulimit -n 60; exec "$@"', 'sh', ...node], { encoding: 'utf8' })
  assert.equal(said, 'EMFILE true false\n')
})
