// One instance of a plugin for several processes: who starts it, who may use it, and who ends it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { keptBytes } from '../../../../operator/logs/kept-log.ts'
import type { SharedRecord } from '../../../../operator/ocm/shared/record.ts'
import { readRecord, writeRecord } from '../../../../operator/ocm/shared/record.ts'
import { sweepShared } from '../../../../operator/ocm/shared/sweep.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { aServicePlugin, LISTER } from '../../../support/builders/service-plugin.ts'
import { FROM_SOURCES } from '../../../support/machine/from-sources.ts'
import { listening } from '../../../support/machine/listening.ts'
import { isGone } from '../../../support/machine/processes.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { until } from '../../../support/machine/until.ts'
import { LIST_CALL, sharedScene } from '../../../support/operator/shared-scene.ts'

const PATH = '/components/list'
const skip = process.platform !== 'linux' && 'only Linux tells processes apart'

test('whoever asks the same uses the same instance, and the last one ends it', { skip }, async (t) => {
  const scene = sharedScene(t)
  const [one, other] = [scene.host(), scene.host()]
  const pid = await one.ask()
  assert.equal(await other.ask(), pid)
  await one.close()
  assert.equal(await other.ask(), pid)
  await other.close()
  assert.equal(await isGone(pid), true)
  assert.deepEqual([scene.left(), scene.alive()], [[], []])
})

test('sixteen first calls of sixteen hosts at once start one instance', { skip }, async (t) => {
  const scene = sharedScene(t)
  const hosts = Array.from({ length: 16 }, () => scene.host())
  const pids = await Promise.all(hosts.map(({ ask }) => ask()))
  assert.equal(new Set(pids).size, 1)
  await Promise.all(hosts.map(({ close }) => close()))
  assert.deepEqual([scene.left(), scene.alive()], [[], []])
})

test('what a plugin could tell apart is not shared: configuration, folder, variables, program', { skip }, async (t) => {
  const capabilities = JSON.stringify({
    capabilities: [{ type: 'componentLister', supportedRepositorySpecTypes: [{ type: 'Twin/v1' }] }],
    supportedConfigTypes: ['a/v1'],
  })
  const scene = sharedScene(t, { capabilities })
  const hosts = [
    scene.host(),
    scene.host({ configurations: [{ type: 'a/v1', n: 1 }] }),
    scene.host({ cwd: '/' }),
    scene.host({ env: { ...scene.env, TZ: 'Europe/Berlin' } }),
  ]
  const pids = new Set<number>()
  for (const { ask } of hosts) pids.add(await ask())
  aServicePlugin(scene.folder, 'twin', { capabilities, before: ['another program'] })
  const twin = scene.host()
  pids.add(await twin.ask())
  assert.equal(pids.size, 5)
  // One that is open still makes its folder anew when its plugin is killed behind the test.
  await Promise.all([...hosts, twin].map(({ close }) => close()))
  assert.deepEqual([scene.left(), scene.alive()], [[], []])
})

test('one that is to stay is found by whoever comes later, with its count of calls', { skip }, async (t) => {
  const scene = sharedScene(t)
  const first = scene.host({ isKept: true })
  const pid = await first.ask()
  await first.close()
  const [running] = scene.running()
  assert.deepEqual([running?.pid, running?.tally.calls, running?.state], [pid, 1, 'idle'])
  const later = scene.host()
  assert.equal(await later.ask(), pid)
  await later.close()
  assert.equal(scene.running()[0]?.tally.calls, 2)
})

test('a call that is given up counts as what it failed with', { skip }, async (t) => {
  const scene = sharedScene(t, { answers: { [PATH]: { hang: true } } })
  const keeper = scene.host({ isKept: true })
  // Its start takes as long as it takes, and is none of the call.
  await keeper.host.start(scene.plugin, t.signal)
  await expectCodeAsync('PLUGIN_TIMEOUT', () => keeper.ask({ timeoutMs: 2000 }))
  await keeper.close()
  assert.deepEqual(scene.running()[0]?.tally.errors, { PLUGIN_TIMEOUT: 1 })
})

test('one that a process wants to keep stays, whoever started it', { skip }, async (t) => {
  const scene = sharedScene(t)
  const [starter, keeper] = [scene.host(), scene.host({ isKept: true })]
  const pid = await starter.ask()
  await keeper.ask()
  await starter.close()
  await keeper.close()
  assert.equal(scene.running()[0]?.pid, pid)
})

test('one that left meanwhile is started again by the next call, also of who only used it', { skip }, async (t) => {
  const scene = sharedScene(t)
  const [one, other] = [scene.host(), scene.host()]
  const pid = await one.ask()
  await other.ask()
  process.kill(pid, 'SIGKILL')
  const next = await other.ask()
  assert.notEqual(next, pid)
  assert.equal(await one.ask(), next)
  await Promise.all([one.close(), other.close()])
  assert.deepEqual(scene.alive(), [])
})

test('nothing is asked of a socket that is not the plugin’s own, of another program, or of another process', {
  skip,
}, async (t) => {
  const changes: readonly (readonly [string, (record: SharedRecord, folder: string) => Partial<SharedRecord>])[] = [
    ['another program listens there', (_, folder) => ({ socket: join(folder, 'other.s') })],
    ['the digest is another', () => ({ digest: `sha256:${'0'.repeat(64)}` as SharedRecord['digest'] })],
    [
      'the number was given again',
      ({ process: { boot = '', pid = 0 } = {} }) => ({ process: { boot, pid, start: '1' } }),
    ],
    [
      'the machine was restarted',
      ({ process: { pid = 0, start = '' } = {} }) => ({ process: { boot: 'x', pid, start } }),
    ],
    ['it is no socket', (_, folder) => ({ socket: join(folder, 'twin') })],
  ]
  const scene = sharedScene(t)
  let asked = 0
  const stranger = createServer((_, response) => response.end(String(asked++)))
  await listening(t, stranger, { path: join(scene.folder, 'other.s') })
  const pids = [await askKept()]
  for (const [title, change] of changes) {
    const record = readRecord(scene.places())
    assert.ok(record)
    writeRecord(scene.places(), { ...record, ...change(record, scene.folder) })
    // What is there in place of it is changed next.
    const pid = await askKept()
    assert.ok(!pids.includes(pid), title)
    pids.push(pid)
    assert.equal(asked, 0, title)
  }

  async function askKept(): Promise<number> {
    const keeper = scene.host({ isKept: true })
    const pid = await keeper.ask()
    await keeper.close()
    return pid
  }
})

test('one whose starter died before it was well is ended by whoever comes next', { skip }, async (t) => {
  const scene = sharedScene(t)
  const keeper = scene.host({ isKept: true })
  const pid = await keeper.ask()
  await keeper.close()
  const { socket: _, process: __, ...half } = readRecord(scene.places()) as SharedRecord
  writeRecord(scene.places(), half)
  const later = scene.host()
  assert.notEqual(await later.ask(), pid)
  assert.equal(await isGone(pid), true)
  await later.close()
  assert.deepEqual(scene.alive(), [])
})

test('one that should have left is ended by whoever comes by, unless somebody uses it', { skip }, async (t) => {
  const afterFile = join(tempFolder(t), 'answers')
  const echo = { echo: true, body: { list: [] } }
  const scene = sharedScene(t, { ignoresIdle: true, answers: { [PATH]: [echo, { ...echo, afterFile }] } })
  const keeper = scene.host({ isKept: true })
  const pid = await keeper.ask()
  const places = scene.places()
  const age = () => {
    writeRecord(places, { ...(readRecord(places) as SharedRecord), startedAt: 0 })
    writeFileSync(places.calls, '1')
    utimesSync(places.calls, 0, 0)
  }
  const call = keeper.ask()
  await until(() => scene.running()[0]?.state === 'in use')
  age()
  await sweepShared(scene.env)
  writeFileSync(afterFile, '')
  assert.equal(await call, pid)
  await keeper.close()
  age()
  await sweepShared(scene.env)
  assert.equal(await isGone(pid), true)
  assert.deepEqual([scene.running(), scene.alive()], [[], []])
})

test('what one printed that nobody uses is kept within bounds by whoever comes by', { skip }, async (t) => {
  const scene = sharedScene(t)
  const keeper = scene.host({ isKept: true })
  await keeper.ask()
  await keeper.close()
  const { stderr } = scene.places()
  appendFileSync(stderr, `${'x'.repeat(1023)}\n`.repeat(44 * 1024))
  await sweepShared(scene.env)
  assert.ok(keptBytes(stderr) <= 40 * 1024 * 1024, `${keptBytes(stderr)} bytes`)
  assert.equal(scene.running().length, 1)
})

test('a plugin that is just leaving is left alone, and another one is asked', { skip }, async (t) => {
  const scene = sharedScene(t, { leavesAfter: 1 })
  const keeper = scene.host({ isKept: true })
  const pid = await keeper.ask()
  const next = await keeper.ask()
  assert.notEqual(next, pid)
  await keeper.close()
  assert.equal(await isGone(pid), true)
})

test('what it prints is told to whoever uses it, and written down for others', { skip }, async (t) => {
  const logs = '{"level":"WARN","msg":"careful"}'
  const scene = sharedScene(t, { answers: { [PATH]: { echo: true, body: { list: [] }, logs } } })
  const [one, other] = [scene.host({ isKept: true }), scene.host()]
  await one.ask()
  await other.ask()
  await Promise.all([one.close(), other.close()])
  // The first heard of both calls, the second of its own.
  assert.deepEqual(
    scene.lines.map(({ plugin, level, message }) => [plugin, level, message]),
    Array.from({ length: 3 }, () => ['twin', 'warn', 'careful']),
  )
  assert.equal(scene.log(scene.places()), `${logs}\n${logs}\n`)
})

test('one that cannot be started leaves nothing, and the next process tries it anew', { skip }, async (t) => {
  const scene = sharedScene(t, { start: 'die' })
  for (let count = 0; count < 2; count++) {
    const host = scene.host()
    const error = await expectCodeAsync('PLUGIN_EXITED', () => host.ask())
    assert.match(error.message, /ended with exit code 3 before it said where it listens, its last words: .*reason 30/)
    await host.close()
  }
  assert.deepEqual([scene.running(), scene.alive()], [[], []])
  assert.equal(scene.left().filter((name) => name.startsWith('p-')).length, 0)
})

test('one that prints without end before it is well is ended, and leaves nothing running', { skip }, async (t) => {
  const scene = sharedScene(t, { floodsFirst: 65 })
  const host = scene.host()
  const error = await expectCodeAsync('HANDSHAKE_REFUSED', () => host.ask())
  assert.match(error.message, /it printed more than 67108864 bytes before it was well$/)
  await host.close()
  assert.deepEqual([scene.running(), scene.alive()], [[], []])
})

test('on TCP each process has an instance of its own', { skip }, async (t) => {
  const scene = sharedScene(t, { listen: 'tcp' })
  const [one, other] = [scene.host(), scene.host()]
  assert.notEqual(await one.ask(), await other.ask())
  assert.deepEqual(scene.running(), [])
  await Promise.all([one.close(), other.close()])
  assert.deepEqual(scene.alive(), [])
})

test('processes that ask at once share one, and one that is killed takes it from nobody', { skip }, async (t) => {
  const scene = sharedScene(t)
  const script = join(scene.folder, 'ask.mjs')
  const from = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
  writeFileSync(
    script,
    `import { openPluginHost } from ${from('../../../../operator/ocm/host.ts')}
import { sharing } from ${from('../../../../operator/ocm/shared/open.ts')}
import { openPluginFile } from ${from('../../../../operator/ocm/discovery/open-file.ts')}
import { parseCapabilities } from ${from('../../../../schemas/contract/ocm/capabilities.ts')}
const path = ${JSON.stringify(join(scene.folder, 'twin'))}
const open = () => openPluginFile({ name: 'twin', path }, { digest: () => undefined, remember: () => undefined })
const plugins = [{ name: 'twin', capabilities: parseCapabilities(${JSON.stringify(LISTER)}, 'twin'), open }]
const host = openPluginHost({ plugins, env: process.env, cwd: ${JSON.stringify(scene.folder)}, start: sharing(false) })
const ask = () => host.call(${JSON.stringify(LIST_CALL)})
const answers = await Promise.all(Array.from({ length: 4 }, ask))
process.stdout.write(JSON.stringify(answers.map(({ echoed }) => echoed.pid)) + '\\n')
process.stdin.resume().once('end', () => host[Symbol.asyncDispose]())\n`,
  )
  const children = Array.from({ length: 3 }, () =>
    spawn(process.execPath, [...FROM_SOURCES, script], {
      ...{ env: { ...scene.env }, cwd: scene.folder, stdio: ['pipe', 'pipe', 'inherit'] },
    }),
  )
  const pids = await Promise.all(
    children.map(async ({ stdout }) => JSON.parse(String((await once(stdout, 'data'))[0]))),
  )
  assert.equal(new Set(pids.flat()).size, 1)
  const [killed, ...others] = children
  killed?.kill('SIGKILL')
  if (killed) await once(killed, 'exit')
  assert.equal(scene.running()[0]?.pid, pids[0][0])
  for (const child of others) child.stdin.end()
  await Promise.all(others.map((child) => once(child, 'exit')))
  assert.deepEqual([scene.left(), await isGone(pids[0][0])], [[], true])
  rmSync(script)
})
