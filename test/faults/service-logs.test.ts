// Services that flood their logs, and a disk that is full under them: what is kept stays small, the others notice nothing, and
// whoever supervises them loses nobody.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { KEPT_LOGS, LARGE_LOG_BYTES } from '../../operator/logs/log-files.ts'
import { readLogs } from '../../operator/logs/read-logs.ts'
import { logPath } from '../../operator/services/project/places.ts'
import { identityOf } from '../../system/process/identity.ts'
import { rounds } from '../support/machine/full-form.ts'
import { aMountedDisk, whyNoDisk } from '../support/machine/mounted-disk.ts'
import { until } from '../support/machine/until.ts'
import { aServiceScene, markedProcesses, stateOf } from '../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }
const MIB = 1024 * 1024

function diskBytes(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  // One that is put aside meanwhile has another name.
  const blocksOf = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.blocks ?? 0
  return names.reduce((sum, name) => sum + blocksOf(name) * 512, 0)
}

test('a service that floods its log fills no disk, and harms no other log', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const megabytes = rounds({ short: 200, full: 3000 })
  scene.write({
    flood: scene.script(`yes flood | head -c ${megabytes}M; touch "$0/flooded"; exec sleep 600`),
    calm: scene.script('n=0; while :; do n=$((n+1)); echo "line $n"; sleep 0.02; done'),
  })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    const { pid } = stateOf(supervisor, 'calm.1')
    const before = process.memoryUsage().rss
    let most = 0
    const { logs } = scene.project.places
    await until(() => {
      most = Math.max(most, diskBytes(logs))
      return existsSync(scene.path('flooded'))
    })
    const kept = (KEPT_LOGS + 1) * LARGE_LOG_BYTES
    await until(() => diskBytes(logs) < kept + 2 * MIB)
    t.diagnostic(
      `${megabytes} MB: at most ${Math.round(most / MIB)} MiB of disk, ${Math.round((process.memoryUsage().rss - before) / MIB)} MiB more memory`,
    )
    assert.ok(process.memoryUsage().rss - before < 60 * MIB)
    assert.deepEqual([stateOf(supervisor, 'calm.1').pid, stateOf(supervisor, 'flood.1').state], [pid, 'running'])
    const lines = (await linesOf(logPath(scene.project.places, 'calm.1'))).map((line) => Number(line.slice(5)))
    assert.deepEqual(
      lines,
      lines.map((_, at) => at + 1),
    )
    await supervisor.stop([])
    assert.deepEqual(markedProcesses(scene.project.places.key), [])
  })
})

async function linesOf(path: string): Promise<readonly string[]> {
  const lines: string[] = []
  await readLogs([{ name: '', path }], {
    ...{ follow: false, signal: new AbortController().signal },
    line: (_, text) => void lines.push(text),
  })
  return lines
}

const onDisk = { skip: whyNoDisk() ?? false }

test('a flood that fills the disk gives up its own log, and everything is supervised on', onDisk, async (t) => {
  const disk = aMountedDisk(t, 36 * MIB)
  const scene = await aServiceScene(t, {}, {}, disk.folder)
  scene.write({
    flood: scene.script('yes flood | head -c 300M; touch "$0/flooded"; exec sleep 600'),
    calm: { ...scene.script('exec sleep 600'), restart: 'always' },
  })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => existsSync(scene.path('flooded')))
    const { pid = 0 } = stateOf(supervisor, 'calm.1')
    process.kill(pid, 'SIGKILL')
    await until(() => stateOf(supervisor, 'calm.1').state === 'running' && stateOf(supervisor, 'calm.1').pid !== pid)
    assert.equal(stateOf(supervisor, 'flood.1').state, 'running')
    await until(() => disk.freeBytes > 2 * MIB)
    await supervisor.stop([])
    assert.deepEqual(markedProcesses(scene.project.places.key), [])
  })
})

test(
  'on a full disk nothing is started that could not be written down, and it comes back with room',
  onDisk,
  async (t) => {
    const disk = aMountedDisk(t, 2 * MIB)
    const scene = await aServiceScene(t, {}, {}, disk.folder)
    const service = { ...scene.script('echo x >>"$0/starts"; exec sleep 600'), restart: 'always' }
    scene.write({ a: service, b: service, c: service })
    const left = await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      disk.fillUp(0)
      const { pid: kept = 0 } = stateOf(supervisor, 'b.1')
      // The last block of the journal may have room for a few more lines.
      await until(() => {
        const { state, pid = 0, reason = '' } = stateOf(supervisor, 'a.1')
        if (/the journal could not be written: ENOSPC/.test(reason)) return true
        if (state === 'running' && identityOf(pid)) process.kill(pid, 'SIGKILL')
        return false
      })
      assert.equal(stateOf(supervisor, 'a.1').pid, undefined)
      assert.ok(identityOf(kept))
      disk.makeRoom()
      await until(() => stateOf(supervisor, 'a.1').state === 'running')
      disk.fillUp(0)
      await supervisor.stop(['b'])
      assert.equal(identityOf(kept), undefined)
      return stateOf(supervisor, 'a.1').pid
    })
    // Nobody wrote down that it was stopped, and what the next one finds is what is so.
    disk.makeRoom()
    await scene.supervise(async (supervisor) => {
      assert.equal(stateOf(supervisor, 'a.1').pid, left)
      assert.deepEqual([stateOf(supervisor, 'b.1').state, stateOf(supervisor, 'b.1').pid], ['stopped', undefined])
      await supervisor.stop([])
      assert.deepEqual(markedProcesses(scene.project.places.key), [])
    })
  },
)
