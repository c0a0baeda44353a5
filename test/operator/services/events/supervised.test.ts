// What is noted and measured of services that are real programs, over two supervisors.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { NotedEvent } from '../../../../operator/services/events/event-log.ts'
import { readEvents } from '../../../../operator/services/events/read-events.ts'
import { openFilesOf } from '../../../../system/process/open-files.ts'
import { until } from '../../../support/machine/until.ts'
import { aServiceScene, stateOf } from '../../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

async function eventsIn(path: string): Promise<readonly NotedEvent[]> {
  const found: NotedEvent[] = []
  await readEvents(path, { event: (event) => void found.push(event), signal: new AbortController().signal })
  return found
}

/** Passes as soon as it is looked at. */
const HEALTH = [{ tool: 'says', args: ['fine', '', '0'], interval: '10ms' }]

test('what happens to services is noted and measured, over the end of their supervisor', options, async (t) => {
  const scene = await aServiceScene(t, {})
  scene.write({
    web: {
      ...{ ...scene.script('ulimit -n >"$0/files.$$"; echo hello; exec sleep 600'), health: HEALTH, restart: 'always' },
      limits: { open_files: 100, memory: '64m' },
    },
    job: { ...scene.script('exit 3'), restart: 'on-failure:1' },
  })
  const pids = await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    const first = stateOf(supervisor, 'web.1').pid as number
    process.kill(first, 'SIGKILL')
    await until(() => {
      const { pid, health } = stateOf(supervisor, 'web.1')
      return (
        pid !== undefined && pid !== first && health === 'healthy' && stateOf(supervisor, 'job.1').state === 'gave-up'
      )
    })
    const second = stateOf(supervisor, 'web.1').pid as number
    await until(() => scene.text(`files.${second}`).endsWith('\n'))
    // The first run of a check has no moment to be late for.
    await until(() => (supervisor.metrics().lanes?.process.runs ?? 0) > 0)
    const [web, job] = supervisor.metrics().instances
    const { starts, restarts, exits, checks } = web?.counts ?? {}
    assert.deepEqual([starts, restarts, exits], [2, 1, { success: 0, error: 0, signal: 1, unknown: 0 }])
    assert.ok(Object.values(checks ?? {}).some(({ runs }) => runs.ok > 0))
    assert.deepEqual([job?.counts?.exits.error, job?.counts?.starts], [2, 2])
    assert.equal(scene.text(`files.${second}`), '100\n')
    const asked = stateOf(supervisor, 'web.1').limits
    assert.deepEqual(
      asked?.map(({ name }) => name),
      ['memory', 'open_files'],
    )
    assert.equal(asked?.at(-1)?.isInForce, true)
    assert.equal(openFilesOf(second), 100)
    return [first, second]
  })
  await scene.supervise(async (supervisor) => {
    const [web] = supervisor.metrics().instances
    assert.ok((web?.usage?.processes ?? 0) >= 1 && (web?.usage?.residentBytes ?? 0) > 0)
    assert.ok(Math.abs((web?.startedAt ?? 0) - Date.now() / 1000) < 3600)
    await supervisor.start(await scene.load(['web']), ['web'])
    await supervisor.stop([])
  })
  const found = await eventsIn(scene.project.places.events)
  const of = (instance: string) => found.filter((event) => event.instance === instance).map(({ kind }) => kind)
  const known = (kinds: readonly string[]) => kinds.filter((kind) => !/healthy|check-/.test(kind))
  assert.deepEqual(known(of('web.1')), [...['started', 'exited', 'restarting', 'started'], ...['adopted', 'stopped']])
  assert.deepEqual(of('job.1'), ['started', 'exited', 'restarting', 'started', 'exited', 'gave-up', 'stopped'])
  assert.ok(of('web.1').includes('healthy'))
  const [exit] = found.filter(({ kind, instance }) => kind === 'exited' && instance === 'web.1')
  assert.deepEqual([exit?.pid, exit?.end], [pids[0], { kind: 'signal', signal: 'SIGKILL' }])
  assert.equal(found.find(({ kind }) => kind === 'adopted')?.pid, pids[1])
  assert.deepEqual(
    found.filter(({ kind }) => kind.startsWith('supervisor-')).map(({ kind }) => kind),
    ['supervisor-started', 'supervisor-ended', 'supervisor-started', 'supervisor-ended'],
  )
  assert.ok(
    readFileSync(scene.project.places.events, 'utf8').split('\n').length < 60,
    'checks are noted when they change',
  )
})
