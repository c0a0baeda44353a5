// What the tests of OCM's own SDK for Go check, one by one and by their names; ours is at least as strict.
import assert from 'node:assert/strict'
import { existsSync, lstatSync, readdirSync, utimesSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import test from 'node:test'
import type { ServiceDefinition } from '../../../sdk/service/index.ts'
import { blobTransformer, definePlugin, testPlugin } from '../../../sdk/service/index.ts'
import { createLog } from '../../../sdk/service/log.ts'
import { makeProcessFolder, removeAbandonedFolders } from '../../../sdk/service/process-folder.ts'
import { until } from '../../support/machine/until.ts'

const silent = createLog({ write: () => {} })
const start = { id: 'p', type: 'unix', idleTimeoutMs: 60_000, configTypes: [] } as const

function plugin(more: Partial<ServiceDefinition> = {}) {
  const serves = [blobTransformer({ type: 'Same/v1', transformBlob: ({ location }) => ({ location }) })]
  return definePlugin({ name: 'same', version: '1.0.0', summary: 'changes nothing', serves, ...more })
}

const socketOf = ({ announcement }: { readonly announcement: string }) => announcement.replace('http+unix://', '')

test('PluginSDK: health is there by itself, a handler of the author answers, and the end removes the socket', async () => {
  const served = plugin({ handlers: { '/my/path': ({ method }) => ({ method }) } })
  const serving = await served.serve(start, silent)
  const socket = socketOf(serving)
  assert.equal(lstatSync(dirname(socket)).mode & 0o777, 0o700)
  serving.stop('the test is over')
  await serving.ended
  assert.equal(existsSync(dirname(socket)), false)

  await using tested = await testPlugin(served)
  assert.deepEqual([(await tested.fetch('/healthz')).status, (await tested.fetch('/healthz')).body], [200, ''])
  assert.equal((await tested.fetch('/healthz', { method: 'HEAD' })).status, 200)
  assert.equal((await tested.fetch('/my/path', { method: 'PUT' })).body, '{"method":"PUT"}\n')
})

test('ForceShutdownContext: a call of /shutdown whose client gives up still ends the plugin', async () => {
  const tested = await testPlugin(plugin())
  const controller = new AbortController()
  const asked = tested.fetch('/shutdown', { signal: controller.signal }).catch(() => undefined)
  controller.abort()
  await asked
  // A request that never arrived cannot have been heard.
  await tested.fetch('/shutdown').catch(() => undefined)
  await tested.ended
})

test('IdleChecker: a plugin with nothing to do ends by itself and removes its socket', async () => {
  const serving = await plugin().serve({ ...start, idleTimeoutMs: 10 }, silent)
  await serving.ended
  assert.equal(existsSync(dirname(socketOf(serving))), false)
})

test('HealthCheckInvalidMethod: other methods of /healthz are refused, and the text says which ones work', async () => {
  await using tested = await testPlugin(plugin())
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const { status, headers, body } = await tested.fetch('/healthz', { method })
    assert.deepEqual([status, body], [405, 'this endpoint may only be called with either HEAD or GET method\n'], method)
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8')
  }
})

test('PanicRecovery: a handler that breaks is answered for, and the plugin lives on', async () => {
  const broken: readonly (() => never)[] = [
    () => (undefined as unknown as { x(): never }).x(),
    () => {
      throw 'a text'
    },
    () => {
      throw null
    },
  ]
  await using tested = await testPlugin(
    plugin({
      handlers: Object.fromEntries(broken.map((handler, at) => [`/broken/${at}`, handler])),
      serves: [blobTransformer({ type: 'Broken/v1', transformBlob: broken[0] as () => never })],
    }),
  )
  const asked = { location: { type: 'localFile', value: '/x' }, specification: { type: 'Broken/v1' } } as const
  for (const path of ['/broken/0', '/broken/1', '/broken/2'])
    assert.deepEqual(
      Object.values(await tested.fetch(path)).filter((value) => typeof value !== 'object'),
      [500, 'panic recovered\n'],
    )
  await assert.rejects(tested.call('blobTransformer', 'transformBlob', asked), {
    status: 500,
    message: 'panic recovered',
  })
  assert.equal((await tested.fetch('/healthz')).status, 200)
  const panics = tested.logged.filter(({ msg }) => msg === 'panic recovered')
  assert.equal(panics.length, 4)
  assert.match(String(panics[0]?.error), /TypeError.*\n +at /s)
})

test('LockFileCreationAndCleanup: nothing is left where the socket was', async () => {
  const served = plugin({
    serves: [
      blobTransformer({
        type: 'Same/v1',
        transformBlob: async (_asked, { files }) => ({ location: await files.write('x') }),
      }),
    ],
  })
  const tested = await testPlugin(served)
  const asked = { location: { type: 'localFile', value: '/x' }, specification: { type: 'Same/v1' } } as const
  const { location } = await tested.call('blobTransformer', 'transformBlob', asked)
  assert.equal(lstatSync(location.value).mode & 0o777, 0o600)
  await tested.stop()
  assert.equal(existsSync(dirname(location.value)), false)
})

test('LockFileProcessValidation: two instances live beside each other; what a killed one left is removed', async () => {
  const [one, other] = await Promise.all([plugin().serve(start, silent), plugin().serve(start, silent)])
  assert.notEqual(socketOf(one), socketOf(other))
  const [abandoned, starting] = [makeProcessFolder(), makeProcessFolder()]
  for (const { socket } of [abandoned, starting]) await leaveSocket(socket)
  utimesSync(abandoned.socket, 0, 0)
  const third = await plugin().serve(start, silent)
  await until(() => !existsSync(abandoned.path))
  await removeAbandonedFolders(abandoned)
  assert.ok(existsSync(starting.path), 'what has its socket only now may listen there in a moment')
  await starting[Symbol.asyncDispose]()
  for (const serving of [one, other]) assert.ok(existsSync(socketOf(serving)), 'what lives stays')
  for (const serving of [one, other, third]) serving.stop('the test is over')
  await Promise.all([one, other, third].map(({ ended }) => ended))
  assert.deepEqual(
    [one, other, third].map((serving) => existsSync(dirname(socketOf(serving)))),
    [false, false, false],
  )
})

/** As a process leaves one that had no time to remove it. */
async function leaveSocket(path: string): Promise<void> {
  const server = createServer()
  const moved = join(path, '..', 'moved')
  await new Promise<void>((resolve) => server.listen(moved, resolve))
  const { renameSync } = await import('node:fs')
  renameSync(moved, path)
  await new Promise((resolve) => server.close(resolve))
  assert.deepEqual(readdirSync(dirname(path)), ['s'])
}
