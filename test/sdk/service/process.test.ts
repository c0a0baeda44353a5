// Service plugins as real processes: the command line, the announcement, logs, and every way to end.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import test from 'node:test'
import { stableJson } from '../../../schemas/json.ts'
import { readArguments, readStartConfig } from '../../../sdk/service/start.ts'
import { until } from '../../support/machine/until.ts'
import { announcedBy, askAt, configOf, endOf, startPlugin } from '../../support/sdk/service-process.ts'

const logLines = (err: string) =>
  err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

test('prints its capabilities as one canonical line and ends, whatever else is open', async () => {
  const { code, out, err } = await endOf(
    startPlugin(['capabilities'], 'config: [(setInterval(() => {}, 1e6), sdk.configType("a/v1", {}))]'),
  )
  assert.deepEqual([code, err], [0, ''])
  assert.equal(out, `${stableJson(JSON.parse(out))}\n`)
  assert.deepEqual(Object.keys(JSON.parse(out)), ['capabilities', 'supportedConfigTypes'])
})

test('ends with the exit codes and words of plugins in Go when it is started wrongly', async () => {
  const { code, out, err } = await endOf(startPlugin(['--nope']))
  assert.deepEqual([code, out], [2, ''])
  assert.deepEqual([logLines(err)[0].level, logLines(err)[0].msg], ['ERROR', 'flag provided but not defined: -nope'])
  for (const [argv, exitCode, message] of [
    [[], 1, /^missing required flag --config$/],
    [['--config='], 1, /^missing required flag --config$/],
    [['-config', ''], 1, /^missing required flag --config$/],
    [['--config'], 2, /^flag needs an argument: -config$/],
    [['-x=1'], 2, /^flag provided but not defined: -x$/],
    [['--configs', '{}'], 2, /^flag provided but not defined: -configs$/],
    [['start'], 1, /^missing required flag --config$/],
  ] as const)
    assert.throws(() => readArguments(argv), { exitCode, message }, argv.join(' '))
  for (const config of [
    ...['{', '[]', 'null', '{"type":"unix"}', '{"id":"","type":"unix"}', '{"id":"x"}', '{"id":"x","type":"pipe"}'],
    ...['{"id":"x","type":"unix","idleTimeout":"1h"}', '{"id":"x","type":"unix","idleTimeout":-1}'],
    ...['{"id":"x","type":"unix","configTypes":[{"a":1}]}', '{"id":"x","type":"unix","configTypes":{}}'],
  ])
    assert.throws(() => readStartConfig(config), { name: 'StartProblem', exitCode: 1, message: /--config/ }, config)
})

test('takes its config in every form that hosts use, and durations in nanoseconds', () => {
  for (const argv of [
    ['--config', '{"a":"="}'],
    ['-config', '{"a":"="}'],
    ['--config={"a":"="}'],
    ['-config={"a":"="}'],
  ])
    assert.deepEqual(readArguments(argv), { word: 'start', config: '{"a":"="}' })
  const read = (more: Record<string, unknown>) => readStartConfig(configOf(more))
  assert.equal(read({ idleTimeout: 90_000_000_000 }).idleTimeoutMs, 90_000)
  assert.equal(read({ idleTimeout: 1 }).idleTimeoutMs, 1e-6)
  for (const idleTimeout of [null, undefined]) assert.equal(read({ idleTimeout }).idleTimeoutMs, undefined)
  assert.deepEqual(read({ configTypes: null, unknown: 1 }).configTypes, [])
})

test('announces its socket when it listens, writes nothing more there, and lets calls finish at SIGINT', async () => {
  const own = `handlers: {
      '/slow': async (_request, { signal }) => { console.log('slow', { a: 1 }); process.stdout.write('raw\\n'); await new Promise((resolve) => setTimeout(resolve, 300)); return signal.aborted },
    },
    cleanup: [() => { throw new Error('no') }, ({ log }) => log.info('cleaned')],`
  const plugin = startPlugin([`--config=${configOf()}`], own)
  const announced = await announcedBy(plugin)
  assert.match(announced, /^http\+unix:\/\/\/.+\/s$/)
  const ended = endOf(plugin)
  const slow = askAt(announced, '/slow')
  let logged = ''
  plugin.stderr.on('data', (text) => (logged += text))
  await until(() => logged.includes('"slow'))
  plugin.kill('SIGINT')
  plugin.kill('SIGINT')
  assert.equal(await slow, '200 false')
  const { code, out, err } = await ended
  assert.deepEqual([code, out], [0, ''])
  assert.equal(existsSync(dirname(announced.replace('http+unix://', ''))), false)
  const lines = logLines(err)
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      ['INFO', 'slow { a: 1 }'],
      ['INFO', 'raw'],
      ['INFO', 'gracefully shutting down plugin'],
      ['ERROR', 'clean-up failed'],
      ['INFO', 'cleaned'],
      ['INFO', 'plugin shutdown complete'],
    ],
  )
  assert.ok(lines.every(({ time }) => !Number.isNaN(Date.parse(time))))
})

test('listens on this machine alone where the host asks for TCP, and ends at /shutdown after its answer', async () => {
  const plugin = startPlugin(['-config', configOf({ type: 'tcp' })])
  const announced = await announcedBy(plugin)
  assert.match(announced, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.equal(await askAt(announced, '/healthz'), '200')
  const ended = endOf(plugin)
  assert.equal(await askAt(announced, '/shutdown', 'PUT'), '200')
  assert.equal((await ended).code, 0)
})

test('waits no longer for a call at the second SIGTERM, and ends all the same', async () => {
  const own = `handlers: { '/never': async (_request, { log }) => { log.info('begun'); await new Promise(() => {}) } },`
  const plugin = startPlugin(['--config', configOf()], own)
  const announced = await announcedBy(plugin)
  const never = askAt(announced, '/never').catch((error) => error.code)
  let logged = ''
  plugin.stderr.setEncoding('utf8').on('data', (text) => (logged += text))
  await until(() => logged.includes('begun'))
  const ended = endOf(plugin)
  plugin.kill('SIGTERM')
  await until(() => logged.includes('gracefully'))
  plugin.kill('SIGTERM')
  assert.equal(await never, 'ECONNRESET')
  assert.equal((await ended).code, 0)
  assert.match(logged, /"msg":"calls were given up".*"calls":1/)
})

test('lives on when nobody reads its log, and when nobody is there any more', async () => {
  const own = `handlers: { '/flood': (_request, { log }) => { for (let at = 0; at < 3000; at += 1) log.info('x'.repeat(1000)); return process.pid } },`
  const plugin = startPlugin(['--config', configOf()], own)
  plugin.stderr.pause()
  const announced = await announcedBy(plugin)
  assert.match(await askAt(announced, '/flood'), /^200 \d+$/)
  plugin.stderr.destroy()
  for (const path of ['/flood', '/flood', '/healthz']) assert.match(await askAt(announced, path), /^200/)
  const ended = new Promise((resolve) => plugin.once('exit', resolve))
  await askAt(announced, '/shutdown')
  assert.equal(await ended, 0)
})

test('ends by itself when it is idle, and with an error when something of it throws outside of a call', async () => {
  const idle = endOf(startPlugin(['--config', configOf({ idleTimeout: 1 })]))
  const own = `handlers: { '/later': () => { setImmediate(() => { throw new Error('later') }) } },`
  const broken = startPlugin(['--config', configOf()], own)
  const announced = await announcedBy(broken)
  const ended = endOf(broken)
  await askAt(announced, '/later')
  const { code, err } = await ended
  assert.equal(code, 1)
  assert.match(logLines(err)[0].error, /Error: later\n +at /)
  assert.equal(existsSync(dirname(announced.replace('http+unix://', ''))), false)
  const { code: idleCode, out } = await idle
  assert.equal(idleCode, 0)
  assert.match(out, /^http\+unix:.*\n$/)
})
