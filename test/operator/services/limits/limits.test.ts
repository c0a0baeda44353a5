// A service inside its limits: how it is started, and which limits are said to be in force.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { limitsInForce } from '../../../../operator/services/limits/in-force.ts'
import { limitedLaunch, throughShell } from '../../../../operator/services/limits/limited-launch.ts'
import { statusNotes, statusTable } from '../../../../operator/services/render-status.ts'
import { bootId } from '../../../../system/boot-id.ts'
import { paintFor } from '../../../../terminal/index.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

test('a program is started inside its limits, with its own words and variables and no others', options, (t) => {
  const folder = tempFolder(t)
  const procs = join(folder, 'cgroup.procs')
  writeFileSync(procs, '')
  const env = { A: "it's $B", PATH: process.env.PATH ?? '' }
  const script = 'ulimit -Sn; ulimit -Hn; printf "<%s>" "$@"; echo; tr "\\0" "\\n" </proc/$$/environ'
  const argv = ['-c', script, 'x', 'a b', '', '$A', '*']
  const what = throughShell({ file: '/bin/sh', argv, env, cwd: folder }, { cgroup: folder, openFiles: 64 })
  const { stdout, status } = spawnSync(what.file, what.argv, { env, cwd: folder, encoding: 'utf8' })
  assert.equal(status, 0)
  const [soft, hard, words, ...variables] = stdout.trimEnd().split('\n')
  assert.deepEqual([soft, hard, words], ['64', '64', '<a b><><$A><*>'])
  assert.deepEqual(
    variables.filter((entry) => !entry.startsWith('_=')).sort(),
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
  )
  assert.equal(readFileSync(procs, 'utf8').trim(), '0')
})

test('what has no limits, is not there, or has variables that a shell would lose is started as it is', options, () => {
  const what = { file: '/bin/sh', argv: [], env: {}, cwd: '/' }
  const openFiles = 64
  assert.equal(limitedLaunch(what, undefined, 'x').what, what)
  for (const other of [
    { ...what, file: '/nowhere/program' },
    { ...what, file: 'no-such-program', env: { PATH: '/bin' } },
    { ...what, cwd: '/nowhere' },
    { ...what, file: '/etc' },
    { ...what, env: { 'server.port': '80' } },
  ])
    assert.equal(limitedLaunch(other, { openFiles }, 'x').what, other)
  assert.notEqual(limitedLaunch(what, { openFiles }, 'x').what, what)
  assert.notEqual(limitedLaunch({ ...what, file: 'sh', env: { PATH: '/bin' } }, { openFiles }, 'x').what, what)
})

test('a limit is in force where the system says so of the process, and nowhere else', options, (t) => {
  const cgroup = tempFolder(t)
  mkdirSync(cgroup, { recursive: true })
  for (const [name, text] of Object.entries({
    'memory.max': '1048576\n',
    'cpu.max': '50000 100000\n',
    'pids.max': 'max\n',
  }))
    writeFileSync(join(cgroup, name), text)
  const limits = { memoryBytes: 1_048_576 + 4000, cpus: 1, processes: 5, openFiles: 17 }
  const process_ = { boot: bootId(), pid: process.pid, start: '1' }
  const inForce = (process: Parameters<typeof limitsInForce>[1]) =>
    limitsInForce(limits, process).map(({ name, isInForce }) => [name, isInForce])
  assert.deepEqual(inForce({ ...process_, cgroup }), [
    ['memory', true],
    ['cpus', false],
    ['processes', false],
    ['open_files', false],
  ])
  assert.deepEqual(new Set(inForce(process_).map(([, is]) => is)), new Set([false]))
})

test('people are told which limits nobody keeps', () => {
  const limit = (name: 'memory' | 'open_files', isInForce: boolean) => ({ name, most: 1, isInForce })
  const one = {
    ...{ service: 'web', instance: 'web.1', state: 'running' as const, health: 'none' as const, failures: 0 },
    ...{ log: '/x', logBytes: 0, limits: [limit('memory', false), limit('open_files', true)] },
  }
  const project = { config: 'c', supervisor: { state: 'running' as const, pid: 1 }, services: [one] }
  assert.equal(statusTable(project, paintFor(false)).rows[0]?.at(-1), 'not limited as it is to be')
  assert.deepEqual(statusNotes(project), [
    'web: its limit of memory is not in force, as octo is not given that by this machine',
  ])
  const kept = { ...project, services: [{ ...one, limits: [limit('memory', true)] }] }
  assert.deepEqual([statusTable(kept, paintFor(false)).rows[0]?.at(-1), statusNotes(kept)], ['', []])
})
