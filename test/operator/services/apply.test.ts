// `octo apply` as it is typed: it shows what changes, does nothing without a yes, and then that and nothing else.
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { supervisorOf } from '../../../operator/services/project/control-file.ts'
import { placesOf } from '../../../operator/services/project/places.ts'
import { parseExposition } from '../../support/assertions/parse-exposition.ts'
import { lacksPty, runOnPty } from '../../support/machine/pty.ts'
import { openScreen } from '../../support/machine/screen.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { BUNDLE, runOcto } from '../../support/octo/run-octo.ts'
import { endMarked } from '../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }
const OCTO = fileURLToPath(new URL('../../../bin/octo.js', import.meta.url))
const idle = (seconds: number) => ({ command: ['sleep', String(seconds)] })

test('what differs is shown first, done after a yes, and by the next supervisor as well', options, async (t) => {
  const folder = tempFolder(t)
  const write = (services: object) => writeFileSync(join(folder, 'octo.yaml'), stringify({ services }))
  const places = placesOf(join(folder, 'octo.yaml'), { HOME: folder })
  t.after(async () => {
    const supervisor = supervisorOf(places)
    if (supervisor) process.kill(supervisor.pid, 'SIGKILL')
    await endMarked(places.key)
  })
  const place = { cwd: folder, env: { HOME: folder, TMPDIR: folder } }
  const here = (...words: readonly string[]) => octoIn(place, words)
  const apart = (...words: readonly string[]) => runOcto(words, place)
  const pids = async () => {
    const { services } = JSON.parse((await here('status', '--json')).stdout)
    return Object.fromEntries(services.map(({ service, pid }: { service: string; pid: number }) => [service, pid]))
  }

  write({ web: idle(600), db: idle(600), old: idle(600) })
  assert.equal((await apart('start')).code, 0)
  assert.match((await here('apply', '--yes')).stderr, /what runs is what the config says/)
  const before = await pids()

  write({ web: { ...idle(600), environment: { COLOUR: 'red' } }, db: idle(600), more: idle(600) })
  const shown = await here('status')
  assert.match(shown.stdout, /web .* differs from the config: environment\.COLOUR\n/)
  assert.match(shown.stderr, /more is in the config, and was not started: `octo apply` starts it/)
  assert.match(shown.stderr, /old is not in the config any more: `octo apply` takes it away/)

  const dry = await here('apply', '--dry-run', '--json')
  assert.deepEqual(JSON.parse(dry.stdout), {
    changes: [
      { service: 'old', action: 'remove', fields: [] },
      { service: 'web', action: 'restart', fields: ['environment.COLOUR'] },
      { service: 'more', action: 'add', fields: [] },
    ],
    stops: ['web.1', 'old.1'].toReversed(),
    starts: ['web.1', 'more.1'],
  })
  const refused = await here('apply')
  assert.equal(refused.code, 64)
  assert.match(refused.stdout, /web +restart +environment\.COLOUR/)
  assert.match(refused.stderr, /hint: look at them with `octo apply --dry-run`, and make them with `octo apply --yes`/)
  if (!lacksPty()) {
    const screen = openScreen({ columns: 100, rows: 40 })
    const size = { env: { ...BUNDLE, ...place.env, TERM: 'xterm-256color' }, columns: 100, rows: 40 }
    const asked = runOnPty([process.execPath, OCTO, 'apply'], screen, { cwd: folder, ...size })
    await screen.until((lines) => lines.some((line) => line.includes('Make these changes?')))
    asked.type('n')
    assert.equal(await asked.ended, 'exit 130')
  }
  assert.deepEqual(await pids(), before)

  const supervisor = supervisorOf(places)
  assert.ok(supervisor)
  process.kill(supervisor.pid, 'SIGKILL')
  await until(() => supervisorOf(places) === undefined)
  const applied = await apart('apply', '--yes')
  assert.equal(applied.code, 0, applied.stderr)
  const after = await pids()
  assert.deepEqual(Object.keys(after), ['web', 'db', 'more'])
  assert.deepEqual([after.db, after.web === before.web], [before.db, false])

  write({ web: idle(601), db: idle(600), more: idle(600) })
  const start = await here('start')
  assert.match(start.stderr, /web: left as it is, .* differ from what it runs with: `octo apply` restarts it/)
  assert.equal(start.code, 0)
  assert.deepEqual(await pids(), after)

  const file = join(folder, 'shop.prom')
  for (const [words, mode] of [
    [[], 0o600],
    [['--world-readable'], 0o644],
  ] as const) {
    assert.equal((await here('metrics', '--output', file, ...words)).code, 0)
    assert.equal(statSync(file).mode & 0o777, mode)
  }
  const measured = parseExposition(readFileSync(file, 'utf8'))
  const up = measured.get('octo_service_up')?.samples ?? []
  assert.deepEqual(new Set(up.map(({ labels }) => labels.service)), new Set(['web', 'db', 'more']))
  assert.deepEqual(new Set(up.map(({ value }) => value)), new Set([1]))
  assert.equal(measured.get('octo_supervisor_up')?.samples[0]?.value, 1)
  assert.equal(measured.get('octo_service_cpu_seconds_total')?.samples.length, 3)

  write({})
  assert.match((await here('start')).stderr, /has no services that are switched on/)
  const last = await here('apply', '--yes', '--json')
  assert.equal(last.code, 0, last.stderr)
  assert.deepEqual(JSON.parse(last.stdout).services, [])
  await until(() => supervisorOf(places) === undefined)
  assert.equal((await here('apply')).code, 0, 'there is nothing left to take away')
  const happened = (await here('events', '--json')).stdout
    .split('\n')
    .flatMap((line) => (line ? [JSON.parse(line)] : []))
  assert.equal(happened.findLast(({ kind }) => kind === 'applied').message, 'remove web; remove db; remove more')
  assert.match((await here('metrics')).stdout, /^octo_supervisor_up\{config="[^"]+"\} 0$/m)
})

test('a config that changes while the question stands is not applied, where nobody supervises yet', {
  skip: options.skip || lacksPty(),
}, async (t) => {
  const folder = tempFolder(t)
  const write = (seconds: number) =>
    writeFileSync(join(folder, 'octo.yaml'), stringify({ services: { web: idle(seconds) } }))
  const places = placesOf(join(folder, 'octo.yaml'), { HOME: folder })
  t.after(() => endMarked(places.key))
  write(600)
  const screen = openScreen({ columns: 100, rows: 40 })
  const size = { env: { ...BUNDLE, HOME: folder, TMPDIR: folder, TERM: 'xterm-256color' }, columns: 100, rows: 40 }
  const asked = runOnPty([process.execPath, OCTO, 'apply'], screen, { cwd: folder, ...size })
  await screen.until((lines) => lines.some((line) => line.includes('Make these changes?')))
  write(601)
  asked.type('y')
  assert.equal(await asked.ended, 'exit 75')
  await screen.until((lines) => lines.some((line) => line.includes('error[CHANGES_OUTDATED]')))
})

test('with another operator the word is refused, and says what there is', options, async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'octo.yaml'), 'octoctl: {operator: docker}\nservices: {web: {image: x}}\n')
  const { code, stderr } = await octoIn({ cwd: folder }, ['apply'])
  assert.equal(code, 64)
  assert.match(stderr, /`apply` is for the operator `baremetal`, and this config has `docker`/)
})
