// Bytes of calls as streams: large ones are never in memory, neither here nor in the plugin, and nothing is left of them, however a call ends.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { before, test } from 'node:test'
import { lendBlob } from '../../../operator/ocm/blobs/lend-blob.ts'
import type { OpenedBlob } from '../../../operator/ocm/blobs/open-blob.ts'
import { openPluginHost } from '../../../operator/ocm/host.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { wholeFile } from '../../support/machine/whole-file.ts'
import { sdkPlugins } from '../../support/operator/sdk-plugins.ts'

const MIB = 1024 * 1024
const LARGE_MIB = process.env.OCTO_FULL ? 1024 : 192
const skip = process.platform === 'win32' && 'a script of the shell is no program there'

const SERVES = {
  copy: `blobTransformer({ type: 'Copy/v1', transformBlob: async ({ location }, { files }) => ({
    location: await files.write(sdk.streamLocation(location), { mediaType: location.mediaType }) }) }),
  blobTransformer({ type: 'Fail/v1', transformBlob: async ({ location }, { files }) => {
    await files.write(sdk.streamLocation(location))
    throw new CallError('no', 422) } }),
  blobTransformer({ type: 'Endless/v1', transformBlob: async (_, { files }) => ({
    location: await files.write((async function* () {
      for (;;) { await new Promise((resolve) => setTimeout(resolve, 5)); yield 'more' }
    })()) }) }),
  blobTransformer({ type: 'Killed/v1', transformBlob: async (_, { files }) => {
    const { value } = await files.write('bytes')
    process.kill(process.pid, 'SIGKILL')
    return { location: { type: 'localFile', value } } } }),
  componentLister({ type: 'Pid/v1', listComponents: () => [String(process.pid)] })`,
}

/** Made and asked once, as no call changes it. */
let made: Awaited<ReturnType<typeof sdkPlugins>>
const whole = wholeFile()
before(async () => {
  if (!skip) made = await sdkPlugins(whole, SERVES)
})

function aScene() {
  const { folder, env, plugins } = made
  const host = openPluginHost({ plugins, env, cwd: folder, limits: { startMs: 60_000 } })
  const asked = (type: string) => ({ endpoint: 'transformBlob', request: { specification: { type } } })
  /** Files of any name, but not those that the plugin runs by. */
  const left = () =>
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => /blob/.test(name))
  return { folder, host, asked, left }
}

const chunks = async function* (count: number, chunk: Buffer) {
  for (let at = 0; at < count; at++) yield chunk
}

async function sizeOf(blob: OpenedBlob, onChunk: () => void = () => undefined): Promise<number> {
  let size = 0
  for await (const chunk of blob.stream()) {
    size += chunk.length
    onChunk()
  }
  return size
}

test(`a blob of ${LARGE_MIB} MiB goes to a plugin and back without being in memory`, { skip }, async () => {
  const { host, asked, left } = aScene()
  await using _ = host
  const { list } = (await host.call({
    endpoint: 'listComponents',
    request: { repository: { type: 'Pid/v1' }, last: '' },
  })) as {
    list: readonly string[]
  }
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${list[0]}/status`, 'utf8'))?.[1]) / 1024
  const before = process.platform === 'linux' ? peak() : 0
  let [size, inMemory] = [0, 0]
  await host.call({
    ...asked('Copy/v1'),
    timeoutMs: 600_000,
    blob: chunks(LARGE_MIB, Buffer.alloc(MIB, 'x')),
    async receive(blob) {
      assert.deepEqual([blob.size, left().filter((name) => /blob\d/.test(name))], [LARGE_MIB * MIB, []])
      size = await sizeOf(blob, () => {
        inMemory = Math.max(inMemory, process.memoryUsage().arrayBuffers / MIB)
      })
    },
  })
  assert.equal(size, LARGE_MIB * MIB)
  assert.deepEqual(left(), [])
  const most = LARGE_MIB / 2
  assert.ok(inMemory < most, `here: ${inMemory} MiB`)
  if (process.platform === 'linux') assert.ok(peak() - before < most, `in the plugin: ${peak() - before} MiB`)
})

test('nothing is left of the bytes of a call that fails, is given up, or kills its plugin', { skip }, async () => {
  const { host, asked, left } = aScene()
  await using _ = host
  const bytes = () => chunks(3, Buffer.from('bytes'))
  const receive = () => assert.fail('there is nothing to receive')
  await expectCodeAsync('PLUGIN_FAILED', () => host.call({ ...asked('Fail/v1'), blob: bytes(), receive }))
  assert.deepEqual(left(), [])

  const controller = new AbortController()
  const endless = host.call({ ...asked('Endless/v1'), blob: bytes(), receive, signal: controller.signal })
  await until(() => left().some((name) => /blob\d/.test(name)))
  controller.abort()
  await expectCodeAsync('INTERRUPTED', () => endless)
  await until(() => left().length === 0)

  await expectCodeAsync('PLUGIN_EXITED', () => host.call({ ...asked('Killed/v1'), blob: bytes(), receive }))
  await until(() => left().length === 0)

  const full = chunks(1, Buffer.from('x'))
  const broken = async function* () {
    yield* full
    throw new Error('the sender went away')
  }
  await assert.rejects(host.call({ ...asked('Copy/v1'), blob: broken() }), /the sender went away/)
  await assert.rejects(
    host.call({ ...asked('Copy/v1'), blob: bytes(), receive: () => Promise.reject(new Error('nobody wants it')) }),
    /nobody wants it/,
  )
  assert.deepEqual(left(), [])
})

test('a call that is given up before it is asked, or while its answer is read, says so, and closes each file once', {
  skip,
}, async () => {
  const { host, asked, left } = aScene()
  await using _ = host
  const waiting = new AbortController()
  const endless = new PassThrough()
  endless.write('bytes', () => waiting.abort())
  await expectCodeAsync('INTERRUPTED', () => host.call({ ...asked('Copy/v1'), blob: endless, signal: waiting.signal }))
  const reading = new AbortController()
  const receive = async (blob: OpenedBlob) => {
    const nowhere = new Writable({ write: () => reading.abort() })
    await pipeline(blob.stream(), nowhere, { signal: reading.signal })
  }
  const blob = () => chunks(9, Buffer.alloc(MIB))
  await expectCodeAsync('INTERRUPTED', () =>
    host.call({ ...asked('Copy/v1'), blob: blob(), receive, signal: reading.signal }),
  )
  const firstOnly = async (opened: OpenedBlob) => {
    for await (const _chunk of opened.stream()) return
  }
  await host.call({ ...asked('Copy/v1'), blob: blob(), receive: firstOnly })
  await host.call({ ...asked('Copy/v1'), blob: blob(), receive: async () => undefined })
  assert.deepEqual(left(), [])
  if (process.platform === 'linux') await until(() => openDeleted().length === 0)
})

test('a sender that never sends, and never ends, is not waited for when the call is given up', { skip }, async () => {
  const { host, asked, left } = aScene()
  await using _ = host
  for (const sent of [[], [Buffer.from('bytes')]]) {
    const controller = new AbortController()
    const told = Promise.withResolvers<void>()
    const silent: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next() {
          const value = sent.pop()
          if (value) return Promise.resolve({ value })
          controller.abort()
          return new Promise(() => undefined)
        },
        return() {
          told.resolve()
          return new Promise(() => undefined)
        },
      }),
    }
    await expectCodeAsync('INTERRUPTED', () =>
      host.call({ ...asked('Copy/v1'), blob: silent, signal: controller.signal }),
    )
    await told.promise
  }
  assert.deepEqual(left(), [])
})

/** Files of plugins that have no name any more, and that this process still has open. */
function openDeleted(): readonly string[] {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return /blob\d+ \(deleted\)$/.test(readlinkSync(`/proc/self/fd/${descriptor}`))
    } catch {
      return false
    }
  })
}

test('bytes come from one place, and only for what is about some', { skip }, async () => {
  const { host, asked, left, folder } = aScene()
  await using _ = host
  const path = join(folder, 'own')
  const named = { location: { type: 'localFile', value: path }, specification: { type: 'Copy/v1' } }
  const blob = () => chunks(1, Buffer.from('bytes'))
  await expectCodeAsync('ARGUMENTS_INVALID', () =>
    host.call({ endpoint: 'transformBlob', request: named, blob: blob() }),
  )
  const list = { endpoint: 'listComponents', request: { repository: { type: 'Pid/v1' }, last: '' } }
  await expectCodeAsync('ARGUMENTS_INVALID', () => host.call({ ...list, blob: path }))
  await expectCodeAsync('ARGUMENTS_INVALID', () => host.call({ ...list, receive: async () => undefined }))
  assert.deepEqual([host.status(), left()], [[], []])
  const described = { location: { mediaType: 'text/x' }, specification: { type: 'Copy/v1' } }
  let seen: string | undefined
  const receive = async ({ mediaType }: OpenedBlob) => {
    seen = mediaType
  }
  await host.call({ ...asked('Copy/v1'), request: described, blob: blob(), receive })
  assert.equal(seen, 'text/x')
})

test('what is lent is for this user alone and no larger than it may be, and what a killed process lent goes with the next', {
  skip: process.platform !== 'linux' && 'only Linux tells whose process has ended',
}, async (t) => {
  const folder = tempFolder(t)
  const env = { TMPDIR: folder }
  const module = new URL('../../../operator/ocm/blobs/lend-blob.ts', import.meta.url).href
  const killed = `import { lendBlob } from ${JSON.stringify(module)}
const lent = lendBlob((async function* () { yield Buffer.from('bytes') })(), { TMPDIR: ${JSON.stringify(folder)} })
await lent.fill(undefined)
process.kill(process.pid, 'SIGKILL')`
  const { signal, stderr } = spawnSync(process.execPath, [...FROM_SOURCES, '--input-type=module', '--eval', killed])
  assert.equal(signal, 'SIGKILL', String(stderr))
  const blobs = () =>
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('blob'))
  assert.equal(blobs().length, 1)
  using lent = lendBlob(chunks(3, Buffer.from('bytes')), env, 14)
  assert.deepEqual(blobs(), [])
  await expectCodeAsync('LIMIT_EXCEEDED', () => lent.fill(undefined))
  using other = lendBlob(chunks(3, Buffer.from('bytes')), env, 15)
  await other.fill(undefined)
  assert.equal(statSync(other.path).mode & 0o777, 0o600)
  assert.equal(readFileSync(other.path, 'utf8'), 'bytesbytesbytes')
  expectCode('IO_FAILED', () => lendBlob([] as never, { TMPDIR: join(folder, 'nowhere') }))
})
