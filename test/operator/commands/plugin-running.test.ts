// `octo plugin ps`, `stop` and `logs`, as they are typed, and what `octo plugin call --keep` leaves for them.
import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { keptBytes } from '../../../operator/logs/kept-log.ts'
import { allSharedPlaces } from '../../../operator/ocm/shared/places.ts'
import type { Behaviour } from '../../support/builders/service-plugin.ts'
import { writeServicePlugin } from '../../support/builders/service-plugin.ts'
import { commandLineOf, killAllWith, processesWith } from '../../support/machine/everywhere.ts'
import { isGone } from '../../support/machine/processes.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'

const LIST = '{"repository": {"type": "Twin/v1"}, "last": ""}'
const skip = process.platform !== 'linux' && 'only Linux tells processes apart'

function aPlace(t: TestContext, behaviour: Behaviour = {}) {
  const folder = tempFolder(t)
  for (const name of ['plugins', 'tmp']) mkdirSync(join(folder, name))
  writeServicePlugin(join(folder, 'plugins'), 'twin', behaviour)
  writeFileSync(join(folder, 'octo.yaml'), 'operator: {pluginDirectories: [{path: ./plugins, trust: unsigned}]}\n')
  const env = { OCTO_HOME: join(folder, 'store'), TMPDIR: join(folder, 'tmp') }
  const type = (...words: string[]) => octoIn({ cwd: folder, env }, ['plugin', ...words])
  const ask = async (...words: string[]) =>
    JSON.parse((await type('call', 'listComponents', LIST, ...words)).stdout).echoed.pid as number
  t.after(() => killAllWith(join(folder, 'tmp')))
  // One that ends while it is looked at is neither.
  const started = (isKeeper: boolean) =>
    processesWith(join(folder, 'tmp'), 'environ').filter((pid) => {
      const line = commandLineOf(pid)
      return line !== '' && line.includes('--look-after') === isKeeper
    })
  return {
    ...{ folder, type, ask },
    alive: () => started(false),
    /** Those that look after the plugins. */
    keepers: () => started(true),
  }
}

test('one that a call keeps is shown with its calls, answers the next call, and is stopped', { skip }, async (t) => {
  const { type, ask, alive } = aPlace(t)
  assert.match((await type('ps')).stderr, /no service plugin runs; `octo plugin call --keep 10m` leaves one running/)
  const pid = await ask('--keep', '10m')
  assert.equal(await ask(), pid)
  const [shown, ...others] = JSON.parse((await type('ps', '--json')).stdout)
  assert.deepEqual(others, [])
  assert.deepEqual(
    [shown.plugin, shown.pid, shown.state, shown.calls, shown.isKept, shown.idleTimeoutMs],
    ['twin', pid, 'idle', 2, true, 600_000],
  )
  assert.ok(shown.memoryBytes > 1_000_000 && Date.parse(shown.since) <= Date.now())
  assert.match((await type('ps')).stdout, new RegExp(`^twin +${pid} +idle +.+ +2 +0 +\\d+ MiB +\\S*plugins/twin`, 'm'))
  const stopped = await type('stop', 'twin')
  assert.deepEqual([stopped.code, stopped.stderr], [0, `\`twin\`, process ${pid}: stopped\n`])
  assert.equal(await isGone(pid), true)
  assert.deepEqual([JSON.parse((await type('ps', '--json')).stdout), alive()], [[], []])
})

test('what one prints that nobody uses is kept within bounds by one octo, which ends when nothing is kept', {
  skip,
}, async (t) => {
  const { folder, type, ask, keepers } = aPlace(t)
  const pid = await ask('--keep', '10m')
  await ask('--keep', '10m')
  // A second one sees the first at work, and ends.
  await until(() => keepers().length === 1)
  const [places] = allSharedPlaces({ TMPDIR: join(folder, 'tmp') })
  assert.ok(places)
  appendFileSync(places.stderr, `${'x'.repeat(1023)}\n`.repeat(44 * 1024))
  await until(() => keptBytes(places.stderr) <= 40 * 1024 * 1024)
  assert.equal(JSON.parse((await type('ps', '--json')).stdout)[0].pid, pid)
  await type('stop')
  await until(() => keepers().length === 0)
})

test('calls of all processes are counted, with how they failed, also over the end of an instance', {
  skip,
}, async (t) => {
  const { folder, type, ask } = aPlace(t, {
    answers: {
      '/components/list': { echo: true, body: { list: [] } },
      '/identity': { status: 409, body: 'not today' },
    },
  })
  const first = await ask('--keep', '10m')
  const refused = await type('call', 'componentLister.getIdentity', '{"type": {"type": "Twin/v1"}}')
  assert.match(refused.stderr, /error\[PLUGIN_FAILED\]/)
  const [shown] = JSON.parse((await type('ps', '--json')).stdout)
  assert.deepEqual(
    [shown.calls, shown.errors, shown.starts, shown.failedStarts, shown.callSeconds > 0],
    [2, { PLUGIN_FAILED: 1 }, 1, 0, true],
  )
  assert.match((await type('ps')).stdout, new RegExp(`^twin +${first} +idle +.+ +2 +1 +\\d+ MiB`, 'm'))
  await type('stop')
  await ask('--keep', '10m')
  await type('stop')
  const file = join(folder, 'plugins.prom')
  assert.equal((await type('ps', '--metrics', file)).code, 0)
  const text = readFileSync(file, 'utf8')
  const measured = (name: string, more = '') =>
    Number(new RegExp(`^${name}\\{plugin="twin",key="[0-9a-f]{16}"${more}\\} (\\S+)$`, 'm').exec(text)?.[1])
  assert.deepEqual(
    [
      measured('octo_plugin_up'),
      measured('octo_plugin_calls_total'),
      measured('octo_plugin_call_errors_total', ',code="PLUGIN_FAILED"'),
      measured('octo_plugin_starts_total'),
      measured('octo_plugin_failed_starts_total'),
      measured('octo_plugin_call_seconds_total') > 0,
    ],
    [0, 3, 1, 2, 0, true],
  )
  assert.match((await type('ps', '--world-readable')).stderr, /error\[USAGE\]: `--world-readable` is about a file/)
})

test('an instance that does not come up is counted', { skip }, async (t) => {
  const { folder, type } = aPlace(t, { start: 'die' })
  assert.match((await type('call', 'listComponents', LIST)).stderr, /error\[PLUGIN_EXITED\]/)
  const file = join(folder, 'plugins.prom')
  await type('ps', '--metrics', file)
  assert.match(readFileSync(file, 'utf8'), /^octo_plugin_failed_starts_total\{.*\} 1$/m)
})

test('without a word a call leaves nothing running', { skip }, async (t) => {
  const { ask, alive, keepers } = aPlace(t)
  await ask()
  assert.deepEqual([alive(), keepers()], [[], []])
})

test('stopping ends all that it started, also what does not listen', { skip }, async (t) => {
  const answers = { '/components/list': { echo: true, body: { list: [] }, leavesChild: true } }
  const { type, ask, alive } = aPlace(t, { answers, ignoresSigint: true })
  await ask('--keep', '10m')
  // A child in its group, and one that left it.
  await until(() => alive().length === 3)
  assert.equal((await type('stop')).code, 0)
  assert.deepEqual(alive(), [])
})

test('what it printed is shown behind its name, also when it has ended, and from a moment on', { skip }, async (t) => {
  const answers = { '/components/list': { echo: true, body: { list: [] }, logs: 'one\n\u001b[31mtwo\u009b0m' } }
  const { type, ask } = aPlace(t, { answers })
  await ask('--keep', '10m')
  await type('stop')
  const { stdout } = await type('logs', 'twin')
  assert.match(stdout, /^twin \| http\+unix:.*\ntwin \| one\ntwin \| \\u\{1b\}\[31mtwo\\u\{9b\}0m\n$/)
  const rows = (await type('logs', '--json')).stdout.trim().split('\n')
  assert.deepEqual(JSON.parse(rows.at(-2) ?? ''), { plugin: 'twin', line: 'one' })
  // JSON alone would let a terminal be told what to do by the second sign.
  assert.equal(rows.at(-1), String.raw`{"plugin":"twin","line":"\u001b[31mtwo\u009b0m"}`)
})

test('a name that nothing runs under, and a time that is none, are said to be so', { skip }, async (t) => {
  const { type } = aPlace(t)
  for (const word of ['stop', 'logs']) {
    const { code, stderr } = await type(word, 'ghost')
    assert.notEqual(code, 0)
    assert.match(stderr, /error\[PLUGIN_NOT_FOUND\]: no service plugin `ghost` (runs|has run within the last day)/)
  }
  assert.match((await type('stop', '--timeout', 'soon')).stderr, /error\[USAGE\]: `--timeout` is `soon`/)
  assert.match((await type('logs', '--since', 'soon')).stderr, /error\[USAGE\]/)
  assert.match((await type('call', 'listComponents', LIST, '--keep', 'long')).stderr, /`--keep` is `long`/)
  assert.deepEqual((await type('stop')).code, 0)
})
