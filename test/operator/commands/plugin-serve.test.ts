// `octo plugin serve` as a service of `octo start`: plugins of OCM under octo's supervisor.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { DEFAULT_STOP_MS } from '../../../config/model/read-ending.ts'
import { LEAVING } from '../../../operator/commands/plugin/serve.ts'
import { HOST_LIMITS } from '../../../operator/ocm/host.ts'
import { runningPlugins } from '../../../operator/ocm/shared/list.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { CLEAN_UP_MS } from '../../../sdk/service/clean-up.ts'
import { DRAIN_MS } from '../../../sdk/service/serve.ts'
import type { Behaviour } from '../../support/builders/service-plugin.ts'
import { writeServicePlugin } from '../../support/builders/service-plugin.ts'
import { triesEveryCase } from '../../support/machine/full-form.ts'
import { isGone } from '../../support/machine/processes.ts'
import { until } from '../../support/machine/until.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { BUNDLE } from '../../support/octo/run-octo.ts'
import { aServiceScene } from '../../support/operator/service-scene.ts'

const LIST = '{"repository": {"type": "Twin/v1"}, "last": ""}'
const OCTO = join(import.meta.dirname, '../../../bin/octo.js')
const skip = process.platform !== 'linux' && 'only Linux tells processes apart'

type Folder = Readonly<Record<string, unknown>>
const TRUSTED: Folder = { path: './plugins', trust: 'unsigned' }

/** A first start that takes longer than it may, on a machine without time, is tried again like every service that fails. */
async function aPlace(t: TestContext, behaviour: Behaviour = {}, restart: 'no' | 'on-failure' = 'on-failure') {
  const scene = await aServiceScene(t, {})
  const { folder } = scene
  mkdirSync(join(folder, 'plugins'))
  const plugin = writeServicePlugin(join(folder, 'plugins'), 'twin', behaviour)
  const digest = () => digestOf(readFileSync(plugin))
  const environment = { ...BUNDLE, HOME: folder, TMPDIR: folder, OCTO_HOME: join(folder, 'store') }
  const command = [process.execPath, OCTO, 'plugin', 'serve', 'twin']
  const configure = (directory: Folder) =>
    scene.write({ plugins: { command, environment, restart } }, { operator: { pluginDirectories: [directory] } })
  configure(TRUSTED)
  const ask = async () => {
    const words = ['plugin', 'call', 'listComponents', LIST]
    return JSON.parse((await octoIn({ cwd: folder, env: environment }, words)).stdout).echoed.pid as number
  }
  const spoil = () => writeServicePlugin(join(folder, 'plugins'), 'twin', { ...behaviour, start: 'die' })
  const put = (other: Behaviour) => writeServicePlugin(join(folder, 'plugins'), 'twin', other)
  const ps = async () => (await octoIn({ cwd: folder, env: environment }, ['plugin', 'ps', '--json'])).stdout
  return { ...scene, ask, spoil, put, ps, configure, digest, running: () => runningPlugins(environment) }
}

test('octo start keeps a plugin for all calls, starts it again when it dies, and octo stop ends it', {
  skip,
}, async (t) => {
  const { supervise, load, ask, running } = await aPlace(t)
  await supervise(async (supervisor) => {
    await supervisor.start(await load(), [])
    await until(() => running()[0]?.state === 'idle')
    const pid = running()[0]?.pid ?? 0
    assert.deepEqual([await ask(), await ask()], [pid, pid])
    process.kill(pid, 'SIGKILL')
    await until(() => running().some((one) => one.state === 'idle' && one.pid !== pid))
    const next = running()[0]?.pid ?? 0
    assert.equal(await ask(), next)
    assert.deepEqual(
      supervisor.status().map(({ service, state }) => [service, state]),
      [['plugins', 'running']],
    )
    await supervisor.stop([])
    assert.deepEqual([running(), await isGone(next)], [[], true])
  })
})

test('a plugin that cannot be started fails its service, which says why', { skip }, async (t) => {
  const { supervise, load } = await aPlace(t, { start: 'die' }, 'no')
  await supervise(async (supervisor) => {
    await supervisor.start(await load(), [])
    await until(() => supervisor.status()[0]?.state === 'failed')
    assert.match(readFileSync(supervisor.status()[0]?.log ?? '', 'utf8'), /error\[PLUGIN_EXITED\].*reason 30/)
  })
})

test('a plugin that fails again and again is tried more and more seldom, and each try is told once', {
  skip,
}, async (t) => {
  const { supervise, load, running, spoil } = await aPlace(t)
  await supervise(async (supervisor) => {
    await supervisor.start(await load(), [])
    await until(() => running()[0]?.state === 'idle')
    spoil()
    process.kill(running()[0]?.pid ?? 0, 'SIGKILL')
    const told = () => readFileSync(supervisor.status()[0]?.log ?? '', 'utf8').match(/does not run: .*/g) ?? []
    await until(() => told().length >= 5)
    assert.doesNotMatch(told().join('\n'), /left alone/)
    await supervisor.stop([])
  })
})

type Shown = {
  readonly state: string
  readonly plugin: string
  readonly pid: number | null
  readonly failures: number
  readonly reason: string
}

test('a plugin that comes up and ends at once is left alone for longer each time, and shown as that', {
  skip,
}, async (t) => {
  for (const diesUp of triesEveryCase ? [1, 0] : [0]) {
    const { supervise, load, ps } = await aPlace(t, { diesUp })
    await supervise(async (supervisor) => {
      await supervisor.start(await load(), [])
      const logged = () => readFileSync(supervisor.status()[0]?.log ?? '', 'utf8')
      let shown: Shown | undefined
      await until(async () => {
        shown = JSON.parse(await ps()).find(({ state }: Shown) => state === 'broken')
        return shown !== undefined
      })
      const { plugin, pid, failures, reason } = shown ?? assert.fail()
      assert.deepEqual([plugin, pid, failures], ['twin', null, 3])
      const why = `it (?:ended with exit code ${diesUp}|has left)`
      assert.match(reason, new RegExp(why))
      assert.ok((logged().match(/runs as process/g) ?? []).length >= 3)
      assert.match(logged(), new RegExp(`has ended: ${why}; failures of late: \\d`))
      await supervisor.stop([])
    })
    assert.deepEqual(JSON.parse(await ps()), [])
  }
})

test('a plugin whose file was changed runs again when the config names what it is now, and not before', {
  skip,
}, async (t) => {
  const { supervise, load, running, put, configure, digest, folder } = await aPlace(t)
  configure({ path: './plugins', digests: [digest()] })
  await supervise(async (supervisor) => {
    await supervisor.start(await load(), [])
    await until(() => running()[0]?.state === 'idle')
    const first = running()[0]
    const ran = join(folder, 'ran')
    put({ marks: ran })
    process.kill(first?.pid ?? 0, 'SIGKILL')
    const logged = () => readFileSync(supervisor.status()[0]?.log ?? '', 'utf8')
    await until(() => /does not run: .*another program.*nothing proves it/.test(logged()))
    assert.deepEqual([running(), existsSync(ran)], [[], false])
    configure({ path: './plugins', digests: [digest()] })
    await until(() => running()[0]?.state === 'idle')
    assert.deepEqual([running()[0]?.record.digest, existsSync(ran)], [digest(), true])
    assert.notEqual(first?.record.digest, digest())
    assert.match(logged(), /is another program now, which is proven as well/)
    await supervisor.stop([])
  })
})

test('plugins and those who serve them have ended before their supervisor would kill them', () => {
  assert.ok(LEAVING.lockMs + LEAVING.drainMs + HOST_LIMITS.killGraceMs < DEFAULT_STOP_MS)
  assert.ok(DRAIN_MS + CLEAN_UP_MS < DEFAULT_STOP_MS)
})
