// The clock of the machine jumps forth and back under a supervisor: services are kept, checked and restarted as before, as what passes is
// measured by another clock. libfaketime gives the jumps (`OCTO_FAKETIME` names its file where it is not where packages put it).
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import type { ProjectStatus } from '../../operator/services/control/protocol.ts'
import { supervisorOf } from '../../operator/services/project/control-file.ts'
import { placesOf } from '../../operator/services/project/places.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'
import { runOcto } from '../support/octo/run-octo.ts'
import { endMarked, markedProcesses } from '../support/operator/service-scene.ts'

const LIBRARY = [process.env.OCTO_FAKETIME ?? '', ...globSync('/usr/lib/{*/,}faketime/libfaketime.so.1')].find((path) =>
  existsSync(path),
)
const skip =
  process.platform !== 'linux'
    ? 'services are run on Linux'
    : LIBRARY === undefined
      ? 'libfaketime is not here: `apt-get install libfaketime`, or OCTO_FAKETIME=/path/of/libfaketime.so.1'
      : false

const OCTO = fileURLToPath(new URL('../../bin/octo.js', import.meta.url))
/** The same program says that it is ready, when it is started with that word. */
const WEB = ['/bin/sh', '-c', '[ "$1" = ready ] && exit 0; exec sleep 600', 'web']

/** A supervisor in the foreground, and the clock that it sees. */
function aSupervisedProject(t: TestContext) {
  const folder = tempFolder(t)
  const clock = join(folder, 'clock')
  const jump = (offset: string) => writeFileSync(clock, `${offset}\n`)
  jump('+0')
  const health = [{ tool: 'run-service', args: ['ready'], interval: '200ms' }]
  const web = { octocompose: { command: WEB, restart: 'always', stop: { timeout: '2s' }, health } }
  writeFileSync(join(folder, 'octo.yaml'), stringify({ services: { web } }))
  const places = placesOf(join(folder, 'octo.yaml'), { HOME: folder })
  t.after(async () => {
    const supervisor = supervisorOf(places)
    if (supervisor) process.kill(supervisor.pid, 'SIGKILL')
    await endMarked(places.key)
  })
  const own = { HOME: folder, TMPDIR: folder, PATH: process.env.PATH ?? '' }
  const faked = {
    ...{ LD_PRELOAD: LIBRARY ?? '', FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1' },
    ...{ FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' },
  }
  const child = spawn(process.execPath, [OCTO, 'start', '--foreground'], {
    ...{ cwd: folder, env: { ...own, ...faked }, stdio: ['ignore', 'ignore', 'pipe'] },
  })
  const octo = (...words: readonly string[]) => runOcto(words, { cwd: folder, env: { TMPDIR: folder } })
  return { folder, places, jump, child, octo }
}

test('a clock that jumps an hour forth and two back changes nothing about services', { skip }, async (t) => {
  const { places, jump, child, octo } = aSupervisedProject(t)
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk) => {
    said += chunk
  })
  const closed = once(child, 'close')
  const web = async () => {
    const { code, stdout } = await octo('status', '--json')
    return code === 0 ? (JSON.parse(stdout) as ProjectStatus).services[0] : undefined
  }
  const isHealthy = async (before?: number) => {
    const { state, health, pid } = (await web()) ?? {}
    return state === 'running' && health === 'healthy' && pid !== before
  }
  await until(() => isHealthy())
  for (const offset of ['+3600', '-3600', '+86400', '+0']) {
    const { pid = 0 } = (await web()) ?? {}
    jump(offset)
    assert.ok(await isHealthy(), `a jump to ${offset} alone starts nothing anew: ${said}`)
    assert.equal((await web())?.pid, pid)
    process.kill(pid, 'SIGKILL')
    await until(() => isHealthy(pid))
  }
  const shown = await octo('status')
  assert.doesNotMatch(shown.stdout, /-\d|NaN/)
  const events = (await octo('events', '--json')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const kinds = events
    .filter(({ kind }) => ['started', 'exited', 'gave-up', 'lost'].includes(kind))
    .map(({ kind }) => kind)
  assert.deepEqual(kinds, ['started', ...Array.from({ length: 4 }, () => ['exited', 'started'])].flat())
  const times = events.map(({ at }) => Date.parse(at))
  assert.ok(Math.max(...times) - Math.min(...times) > 24 * 3_600_000, 'the supervisor saw the jumps')
  child.kill('SIGTERM')
  assert.deepEqual(await closed, [0, null], said)
  assert.deepEqual(markedProcesses(places.key), [])
})
