// What left the group of a run: it is found by the variable that only that run has, ended, and nothing else is.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { environmentState } from '../../../system/process/identity.ts'
import { holdGroup, killHeldGroups, releaseGroup } from '../../../system/process/process-group.ts'
import { endStrays } from '../../../system/process/strays.ts'
import { isGone, pidIn } from '../../support/machine/processes.ts'
import { runChild } from '../../support/machine/run-child.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

const options = { skip: process.platform !== 'linux' && 'processes are looked at in /proc, which Linux has' }

/** Ends when what it started has left its group and said its number. */
const LEAVES_ONE = `setsid sh -c 'echo $$ >"$0"; exec sleep 600' "$1" & until [ -s "$1" ]; do sleep 0.02; done; exit 3`

async function aStray(t: TestContext, env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn('/bin/sleep', ['600'], { detached: true, stdio: 'ignore', env })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const pid = child.pid as number
  // Its environment comes a moment after it was started.
  await until(() => environmentState(pid) === 'there')
  return pid
}

function lives(pid: number): boolean {
  return process.kill(pid, 0)
}

test('what a run leaves running in a session of its own ends with the run', options, async (t) => {
  const folder = tempFolder(t)
  const file = join(folder, 'pid')
  const launch = {
    ...{ file: '/bin/sh', argv: ['-c', LEAVES_ONE, 'sh', file], cwd: folder },
    env: { PATH: '/usr/bin:/bin', TMPDIR: folder },
  }
  const ending = await runChild(launch, { timeoutMs: 600_000, ownVariable: 'TMPDIR' })
  assert.equal(ending.exitCode, 3)
  assert.ok(await isGone(await pidIn(file)))
})

test('it is found wherever its number stands', options, async (t) => {
  const folder = tempFolder(t)
  const entry = `TMPDIR=${folder}/é`
  const now = performance.now()
  const rows = [
    { what: 'right behind the program', of: (pid: number) => ({ pid: pid - 1, startedAt: now }) },
    { what: 'far behind it', of: () => ({ pid: 2, startedAt: now }) },
    { what: 'before it, as numbers came around', of: () => ({ pid: 2 ** 30, startedAt: now }) },
    { what: 'before it, as they may have', of: (pid: number) => ({ pid: pid + 1, startedAt: now - 1e9 }) },
  ]
  for (const { what, of } of rows) {
    const pid = await aStray(t, { A: 'b', TMPDIR: `${folder}/é/of/a/run/inside` })
    await endStrays({ entry, ...of(pid) })
    assert.ok(await isGone(pid), what)
  }
})

test('what carries another value, another variable or none is left alone', options, async (t) => {
  const folder = tempFolder(t)
  const others = [
    { TMPDIR: `${folder}2` },
    { OTHER: folder },
    { XTMPDIR: folder },
    { A: `TMPDIR=${folder}` },
    { A: '1' },
  ]
  const pids = await Promise.all(others.map((env) => aStray(t, env as unknown as Record<string, string>)))
  const [first = 0] = pids
  await endStrays({ pid: first - 1, entry: `TMPDIR=${folder}`, startedAt: performance.now() - 1e9 })
  for (const pid of pids) assert.ok(lives(pid))
})

/** Says that it runs, and goes on until it is told to end. */
const WAITS = 'echo $$ >begun; until [ -e go ]; do /bin/sleep 0.02; done'

test('a run without a folder of its own ends nothing outside of its group', options, async (t) => {
  for (const [value, env] of [
    ['undefined', {}],
    ['', { TMPDIR: '' }],
    ['tmp', { TMPDIR: 'tmp' }],
  ] as const) {
    const cwd = tempFolder(t)
    const run = runChild(
      { file: '/bin/sh', argv: ['-c', WAITS], cwd, env },
      { timeoutMs: 600_000, ownVariable: 'TMPDIR' },
    )
    await pidIn(join(cwd, 'begun'))
    // Its number comes behind that of the run, where others are looked for.
    const bystander = await aStray(t, { TMPDIR: value })
    writeFileSync(join(cwd, 'go'), '')
    assert.equal((await run).exitCode, 0)
    assert.ok(lives(bystander), value)
  }
})

test('what left a group that is held ends when octo does', options, async (t) => {
  const folder = tempFolder(t)
  const leader = await aStray(t, { A: 'b' })
  holdGroup(leader, `TMPDIR=${folder}`)
  t.after(() => releaseGroup(leader))
  const pid = await aStray(t, { TMPDIR: folder })
  killHeldGroups()
  assert.ok(await isGone(pid))
})
