// `octo events` and `octo metrics` as they are typed, where nobody supervises any more.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openEventLog } from '../../../operator/services/events/event-log.ts'
import { openJournal } from '../../../operator/services/journal/journal.ts'
import { NEW_INSTANCE } from '../../../operator/services/life/lifecycle.ts'
import { makePlaces, placesOf } from '../../../operator/services/project/places.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

const SERVICE = {
  ...{ digest: 'x', waitsFor: [], replicas: 1, restart: { policy: 'no' as const } },
  stop: { signal: 'SIGTERM' as const, timeoutMs: 10_000, target: 'main' as const },
}

async function aPast(t: TestContext, config = 'services: {web: {command: [sleep, "600"]}}\n') {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'octo.yaml'), config)
  const places = placesOf(join(folder, 'octo.yaml'), { HOME: folder })
  makePlaces(places)
  let now = Date.parse('2026-11-26T10:00:00.500Z')
  using log = openEventLog(places.events, () => now)
  log.write({ kind: 'started', service: 'web', instance: 'web.1', message: 'was started', pid: 7 })
  now += 3_600_000
  const end = { kind: 'code', code: 3 } as const
  log.write({ kind: 'exited', service: 'web', instance: 'web.1', message: 'exited with 3', end })
  log.write({ kind: 'stopped', service: 'gone', instance: 'gone.1', message: 'was stopped \u001b[2J' })
  using journal = await openJournal(places.journal, { services: new Map(), instances: new Map() })
  journal.writeService('web', SERVICE)
  journal.writeInstance('web.1', { ...NEW_INSTANCE, state: 'failed', generation: 2, failures: 1, end })
  return { folder, places, octo: (...words: readonly string[]) => octoIn({ cwd: folder }, words) }
}

test('events are a table for people and a line each for programs', options, async (t) => {
  const { octo } = await aPast(t)
  const { stdout, code } = await octo('events')
  assert.equal(code, 0)
  assert.match(stdout, /^when +what +event +which says\n2026-11-26T10:00:00Z +web\.1 +started +was started\n/)
  assert.equal(stdout.includes('\u001b'), false)
  const lines = (await octo('events', '--json', 'web')).stdout.trim().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).kind),
    ['started', 'exited'],
  )
})

test('only what is asked for is shown: a service, also one that is gone, and a time', options, async (t) => {
  const { octo } = await aPast(t)
  const kinds = async (...words: readonly string[]) =>
    (await octo('events', '--json', ...words)).stdout
      .split('\n')
      .flatMap((line) => (line ? [JSON.parse(line).kind] : []))
  assert.deepEqual([await kinds('gone'), await kinds('gone.1')], [['stopped'], ['stopped']])
  assert.deepEqual(await kinds('--since', '2026-11-26T10:30:00Z'), ['exited', 'stopped'])
  assert.deepEqual(await kinds('--since', '2126-11-26T10:30:00Z'), [])
  const typo = await octo('events', 'wbe')
  assert.deepEqual([typo.code, /did you mean `web`\?/.test(typo.stderr)], [64, true])
  assert.equal((await octo('events', '--since', 'soon')).code, 64)
  assert.deepEqual(await kinds('--tail', '1'), ['stopped'])
  assert.deepEqual(await kinds('-n', '1', 'web'), ['exited'])
  for (const wrong of ['-1', 'x', '1.5'])
    assert.match((await octo('events', `--tail=${wrong}`)).stderr, /`--tail` expects a number of lines, such as 20/)
})

test('the status is of those that are named, as a table and as data', options, async (t) => {
  const { octo, places } = await aPast(t)
  using journal = await openJournal(places.journal, { services: new Map(), instances: new Map() })
  for (const [name, instance] of [
    ['web', 'web.1'],
    ['db', 'db.1'],
    ['db', 'db.2'],
  ] as const) {
    journal.writeService(name, SERVICE)
    journal.writeInstance(instance, { ...NEW_INSTANCE, state: 'completed', generation: 1 })
  }
  const named = async (...words: readonly string[]) =>
    JSON.parse((await octo('status', '--json', ...words)).stdout).services.map(
      ({ instance }: { instance: string }) => instance,
    )
  assert.deepEqual(await named(), ['web.1', 'db.1', 'db.2'])
  assert.deepEqual([await named('db'), await named('web.1')], [['db.1', 'db.2'], ['web.1']])
  assert.match((await octo('status', 'db.2')).stdout, /^db\.2 +completed *$/m)
  const one = await octo('stop', 'web.1')
  assert.match(
    one.stderr,
    /`web\.1` is one of service `web`, and .*\nhint: `octo logs web\.1` and `octo status web\.1`/s,
  )
  assert.deepEqual([one.code, (await octo('logs', 'web.1')).code], [64, 0])
  assert.match((await octo('status', 'web')).stdout, /^service .*\nweb +completed *\n$/)
  const typo = await octo('status', 'wbe')
  assert.deepEqual([typo.code, /did you mean `web`\?/.test(typo.stderr)], [64, true])
})

test('events and measures are there also when the config cannot be read any more', options, async (t) => {
  const { octo, folder } = await aPast(t)
  writeFileSync(join(folder, 'octo.yaml'), 'services: [')
  assert.match((await octo('events')).stdout, /exited with 3/)
  const { stdout, code } = await octo('metrics')
  assert.equal(code, 0)
  assert.match(stdout, /^octo_supervisor_up\{config="[^"]+octo\.yaml"\} 0$/m)
  assert.match(stdout, /^octo_service_state\{[^}]+service="web",replica="1",state="failed"\} 1$/m)
  assert.doesNotMatch(stdout, /octo_service_(?:exits|cpu|health)/)
})

test(
  'a file of measures is written whole or not at all, and nobody is let read what is no file',
  options,
  async (t) => {
    const { octo, folder } = await aPast(t)
    const nowhere = await octo('metrics', '--output', join(folder, 'none', 'x.prom'))
    assert.deepEqual([nowhere.code, /IO_FAILED/.test(nowhere.stderr)], [74, true])
    const place = join(folder, 'x.prom')
    mkdirSync(place)
    const before = readdirSync(folder)
    assert.equal((await octo('metrics', '--output', place)).code, 74)
    assert.deepEqual(readdirSync(folder), before, 'nothing half is left')
    const { code, stderr } = await octo('metrics', '--world-readable')
    assert.deepEqual([code, /`--world-readable` is about a file/.test(stderr)], [64, true])
  },
)

test('with another operator both words are refused, and say what there is', options, async (t) => {
  const { octo } = await aPast(t, 'octoctl: {operator: docker}\nservices: {web: {image: x}}\n')
  for (const word of ['events', 'metrics'])
    assert.match((await octo(word)).stderr, new RegExp(`\`${word}\` is for the operator \`baremetal\``))
})
