// A service inside its limits: how it is started, and which limits are said to be in force.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { limitsInForce } from '../../../../operator/services/limits/in-force.ts'
import { limitedLaunch, throughShell, variablesText } from '../../../../operator/services/limits/limited-launch.ts'
import { statusNotes, statusTable } from '../../../../operator/services/status/render-status.ts'
import { bootId } from '../../../../system/boot-id.ts'
import { isInMemory, openInMemory } from '../../../../system/files/memory.ts'
import type { Launch } from '../../../../system/process/launch.ts'
import { paintFor } from '../../../../terminal/index.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }
const memory = { skip: options.skip || (isInMemory('/dev/shm') ? false : 'this machine has no /dev/shm in memory') }

/** What a launch through the shell prints, with the variables where the shell finds them. */
function printed(what: Launch, text: string) {
  const input = openInMemory(text)
  assert.notEqual(input, undefined)
  try {
    const { file, argv, cwd } = what
    return spawnSync(file, argv, { env: what.env, cwd, encoding: 'utf8', stdio: [input as number, 'pipe', 'pipe'] })
  } finally {
    closeSync(input as number)
  }
}

test('a program is started inside its limits, with its own words and variables and no others', memory, (t) => {
  const folder = tempFolder(t)
  const procs = join(folder, 'cgroup.procs')
  writeFileSync(procs, '')
  const hard = ["it's $B", '', 'a\nb', '\\', '`x`', '$(x)', '"', "'''", ' ', 'ü😀', '-n', '!x']
  const env = {
    ...Object.fromEntries(hard.map((value, at) => [`HARD_${at}`, value])),
    ...{ PATH: process.env.PATH ?? '', IFS: 'P', ENV: '/nowhere', PWD: '/x', OCTO_INSTANCE: 'a' },
  }
  const script = 'ulimit -Sn; ulimit -Hn; printf "<%s>" "$@"; echo; readlink /proc/self/fd/0; cat /proc/$$/environ'
  const argv = ['-c', script, 'x', 'a b', '', '$A', '*']
  const what = throughShell({ file: '/bin/sh', argv, env, cwd: folder }, { cgroup: folder, openFiles: 64 })
  assert.deepEqual(what.env, { OCTO_INSTANCE: 'a' }, 'the shell itself gets none of them')
  assert.ok(!JSON.stringify(what).includes('/nowhere'))
  const { stdout, status } = printed(what, variablesText(env))
  assert.equal(status, 0)
  const [soft, most, words, stdin, ...rest] = stdout.split('\n')
  assert.deepEqual([soft, most, words, stdin], ['64', '64', '<a b><><$A><*>', '/dev/null'])
  const variables = rest.join('\n').split('\0').slice(0, -1)
  assert.deepEqual(
    variables.filter((entry) => !entry.startsWith('_=')).sort(),
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
  )
  assert.equal(readFileSync(procs, 'utf8').trim(), '0')
})

test('a program is not started with a part of its variables', memory, () => {
  const env = { A: 'a', B: 'b' }
  const echo = { file: '/bin/echo', argv: ['started'], env, cwd: '/' }
  const what = throughShell(echo, { cgroup: undefined, openFiles: 64 })
  const whole = variablesText(env)
  assert.equal(printed(what, whole).stdout, 'started\n')
  for (const cut of ['', whole.slice(0, 12), whole.slice(0, whole.indexOf('octo_whole'))]) {
    const { stdout, status } = printed(what, cut)
    assert.deepEqual([stdout, status === 0], ['', false])
  }
})

test('a program is called as it is without limits', memory, (t) => {
  const place = { name: 'x', folder: join(tempFolder(t), 'called') }
  const program = join(tempFolder(t), 'tool_1.0.0_linux_amd64')
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
  const plain = { file: program, argv: ['x'], env: {}, cwd: '/' }
  const fileOf = (argv0: string | undefined) =>
    withInput(limitedLaunch({ ...plain, ...(argv0 ? { argv0 } : {}) }, { openFiles: 64 }, place), ({ what }) =>
      what.argv.at(-2),
    )
  for (const argv0 of ['tool', 'other']) {
    assert.equal(fileOf(argv0), join(place.folder, argv0))
    assert.equal(readlinkSync(join(place.folder, argv0)), program)
  }
  for (const argv0 of [undefined, program, '/elsewhere/tool_1.0.0_linux_amd64']) assert.equal(fileOf(argv0), program)
})

function withInput<Result>(
  limited: ReturnType<typeof limitedLaunch>,
  act: (limited: ReturnType<typeof limitedLaunch>) => Result,
): Result {
  try {
    return act(limited)
  } finally {
    if (limited.input !== undefined) closeSync(limited.input)
  }
}

test('what has no limits, is not there, or has variables that a shell would lose is started as it is', memory, (t) => {
  const place = { name: 'x', folder: tempFolder(t) }
  const what = { file: '/bin/sh', argv: [], env: {}, cwd: '/' }
  const openFiles = 64
  assert.equal(limitedLaunch(what, undefined, place).what, what)
  for (const other of [
    { ...what, file: '/nowhere/program' },
    { ...what, file: 'no-such-program', env: { PATH: '/bin' } },
    { ...what, cwd: '/nowhere' },
    { ...what, file: '/etc' },
    ...['server.port', '1A', 'A-B', 'UID', 'BASH_ENV', 'RANDOM', 'OPTIND', 'SHELLOPTS', 'octo_whole'].map((name) => ({
      ...what,
      env: { [name]: '80' },
    })),
  ])
    assert.equal(limitedLaunch(other, { openFiles }, place).what, other)
  for (const taken of [what, { ...what, file: 'sh', env: { PATH: '/bin' } }])
    withInput(limitedLaunch(taken, { openFiles }, place), (limited) => assert.notEqual(limited.what, taken))
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
