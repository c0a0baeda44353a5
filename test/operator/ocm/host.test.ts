// The host of service plugins over real processes: what it asks, what it makes of the answers, and what is left behind.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { HostOptions } from '../../../operator/ocm/host.ts'
import { openPluginHost } from '../../../operator/ocm/host.ts'
import type { PluginLine } from '../../../operator/ocm/instance/lines.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { Behaviour } from '../../support/builders/service-plugin.ts'
import { aServicePlugin } from '../../support/builders/service-plugin.ts'
import { processesWith } from '../../support/machine/everywhere.ts'
import { isGone } from '../../support/machine/processes.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

const LIST = { endpoint: 'listComponents', request: { repository: { type: 'Twin/v1' }, last: '' } }
const PATH = '/components/list'

/** What is said of a call by the twin. */
type Echo = {
  readonly echoed: {
    readonly pid: number
    readonly url: string
    readonly body: string
    readonly authorization: string | null
    readonly argv: readonly string[]
    readonly config: {
      readonly id: string
      readonly idleTimeout: number
      readonly configTypes?: readonly object[]
      readonly configFile?: string
    }
  }
}

function aHost(t: TestContext, behaviour: Behaviour = {}, options: Partial<HostOptions> = {}) {
  const folder = tempFolder(t)
  const lines: PluginLine[] = []
  const plugins = [aServicePlugin(folder, 'twin', behaviour)]
  const env = { TMPDIR: folder, PATH: process.env.PATH, SECRET_OF_THE_HOST: 'x' }
  const host = openPluginHost({ plugins, env, cwd: folder, log: (line) => lines.push(line), ...options })
  const ask = async (more: object = {}) => (await host.call({ ...LIST, ...more })) as Echo
  const left = () => readdirSync(folder).flatMap((name) => (name === 'twin' ? [] : readdirSync(join(folder, name))))
  return { host, ask, lines, left, folder }
}

test('a call starts the plugin with its config, asks it, and leaves nothing behind', async (t) => {
  const { host, ask, left, folder } = aHost(t, {}, { idleTimeoutMs: 90_000 })
  const credentials = { type: 'Credentials/v1', properties: { password: 'pä€s' } }
  const { echoed } = await ask({ credentials })
  assert.equal(echoed.url, PATH)
  assert.equal(echoed.body, JSON.stringify(LIST.request))
  assert.deepEqual(JSON.parse(echoed.authorization ?? ''), credentials)
  assert.deepEqual(echoed.argv, ['--config', echoed.argv[1]])
  assert.equal(echoed.argv[1], `{"id":"${echoed.config.id}","type":"unix","pluginType":"","idleTimeout":90000000000}`)
  assert.match(echoed.config.id, /^[0-9a-f]{8}$/)
  assert.equal(left().length, 1)
  const environment = readFileSync(`/proc/${echoed.pid}/environ`, 'utf8')
  assert.doesNotMatch(environment, /SECRET_OF_THE_HOST|password/)
  await host[Symbol.asyncDispose]()
  assert.deepEqual(left(), [])
  assert.equal(await isGone(echoed.pid), true)
  assert.deepEqual(processesWith(folder, 'environ'), [])
})

test('sixteen first calls at once start one plugin, and all are answered', async (t) => {
  const { host, ask } = aHost(t)
  await using _ = host
  const answers = await Promise.all(Array.from({ length: 16 }, () => ask()))
  assert.equal(new Set(answers.map(({ echoed }) => echoed.pid)).size, 1)
})

test('a plugin that has left because nobody asked it is started again by the next call', async (t) => {
  const { host, ask, left } = aHost(t, { answers: { [PATH]: { echo: true, body: { list: [] }, leaves: true } } })
  await using _ = host
  const first = await ask()
  await until(() => left().length === 0)
  const second = await ask()
  assert.notEqual(second.echoed.pid, first.echoed.pid)
  await until(() => left().length === 0)
})

test('a plugin that nobody asks is ended, also when it does not leave by itself', async (t) => {
  const { host, ask, left } = aHost(t, { ignoresIdle: true }, { idleTimeoutMs: 100 })
  await using _ = host
  const { echoed } = await ask()
  await until(() => host.status()[0]?.state === 'stopped')
  assert.equal(await isGone(echoed.pid), true)
  assert.deepEqual(left(), [])
  assert.equal(host.status()[0]?.reason, undefined)
})

test('a plugin that dies at once is an error with its last words, and nothing is left', async (t) => {
  const { host, ask, left } = aHost(t, { start: 'die' })
  await using _ = host
  const error = await expectCodeAsync('PLUGIN_EXITED', () => ask())
  assert.match(
    error.message,
    /plugin `twin` ended with exit code 3 before it said where it listens, its last words: .*reason 30/,
  )
  assert.equal((error.details.stderr as string[]).length, 20)
  assert.deepEqual(left(), [])
})

test('a plugin that fails again and again is left alone, and calls do not wait for it', async (t) => {
  const { host, ask } = aHost(t, { start: 'die' })
  await using _ = host
  for (let count = 0; count < 3; count++) await expectCodeAsync('PLUGIN_EXITED', () => ask())
  const error = await expectCodeAsync('PLUGIN_BROKEN', () => ask())
  assert.match(error.message, /left alone for 1 s/)
  assert.equal(host.status()[0]?.state, 'broken')
})

test('a plugin that never says where it listens is given up in time, and killed', async (t) => {
  const { host, ask, left, folder } = aHost(t, { start: 'hang' }, { limits: { startMs: 300 } })
  await using _ = host
  await expectCodeAsync('HANDSHAKE_TIMEOUT', () => ask())
  assert.deepEqual(left(), [])
  assert.deepEqual(processesWith(folder, 'environ'), [])
})

test('a plugin is not connected to where others may listen', async (t) => {
  for (const announces of ['http://192.0.2.1:80', 'http+unix://relative', 'http+unix:///dev/null']) {
    const { host, ask, left } = aHost(t, { announces })
    await using _ = host
    await expectCodeAsync('HANDSHAKE_REFUSED', () => ask())
    assert.deepEqual(left(), [])
  }
})

test('plugins on TCP are asked too, however they say where they listen', async (t) => {
  for (const announces of ['http://127.0.0.1:PORT', '127.0.0.1:PORT', '0.0.0.0:PORT', ':PORT']) {
    const { host, ask } = aHost(t, { listen: 'tcp', announces, before: ['starting', '{"msg":"http://no:1"}'] })
    await using _ = host
    assert.equal((await ask()).echoed.url, PATH, announces)
  }
})

test('floods on both streams stop neither the plugin nor the host, and lines are cut', async (t) => {
  for (const stream of ['stdout', 'stderr'] as const) {
    const { host, ask, lines } = aHost(t, { floods: { stream, megabytes: 8 } })
    await using _ = host
    assert.equal((await ask()).echoed.url, PATH)
    await until(() => lines.length === 8)
    assert.ok(lines.every(({ plugin, message }) => plugin === 'twin' && message.length <= 2001))
  }
})

test('what a plugin logs is told with its name, level and words', async (t) => {
  const logs = [
    '{"level":"WARN","msg":"careful","n":1}',
    '{"level":"ERROR","msg":7}',
    'plain',
    '{"level":"DEBUG"}',
  ].join('\n')
  const { host, ask, lines } = aHost(t, { answers: { [PATH]: { echo: true, body: { list: [] }, logs } } })
  await using _ = host
  await ask()
  await until(() => lines.length === 4)
  assert.deepEqual(
    lines.map(({ plugin, level, message }) => [plugin, level, message]),
    [
      ['twin', 'warn', 'careful'],
      ['twin', 'info', '{"level":"ERROR","msg":7}'],
      ['twin', 'info', 'plain'],
      ['twin', 'info', '{"level":"DEBUG"}'],
    ],
  )
})

const WRONG: readonly (readonly [string, object, string, RegExp])[] = [
  [
    'an error of the plugin',
    { status: 500, body: 'no luck\n' },
    'PLUGIN_FAILED',
    /refused `\/components\/list` with status 500: no luck/,
  ],
  ['an error without words', { status: 503, body: '' }, 'PLUGIN_FAILED', /503: it gave no reason/],
  ['a status beside 200', { status: 204, body: '' }, 'PLUGIN_FAILED', /204/],
  ['a redirect', { status: 302, body: '' }, 'PLUGIN_FAILED', /302/],
  ['nothing', { body: '' }, 'PLUGIN_ANSWER_INVALID', /contract does not have: nothing/],
  ['no JSON', { body: 'hello' }, 'PLUGIN_ANSWER_INVALID', /is not JSON/],
  ['two documents', { body: '{"list":[]}{}' }, 'PLUGIN_ANSWER_INVALID', /is not JSON/],
  ['another shape', { body: '{"list":"a"}' }, 'PLUGIN_ANSWER_INVALID', /`list`/],
  ['an answer without end', { huge: 17 * 1024 * 1024 }, 'PLUGIN_ANSWER_INVALID', /more than 16777216 bytes/],
]

test('answers that the contract does not have are errors that say what came', async (t) => {
  const { host, ask } = aHost(t, { answers: { [PATH]: WRONG.map(([, answer]) => answer) } })
  await using _ = host
  for (const [title, , code, message] of WRONG) {
    const error = await expectCodeAsync(code as 'PLUGIN_FAILED', () => ask())
    assert.match(error.message, message, title)
  }
})

test('a call is given up at its deadline, and the plugin answers the next one', async (t) => {
  const { host, ask } = aHost(t, {
    answers: { [PATH]: { hang: true }, '/identity': { body: '{"identity":{"k":"v"}}' } },
  })
  await using _ = host
  await expectCodeAsync('PLUGIN_TIMEOUT', () => ask({ timeoutMs: 1000 }))
  const answer = await ask({ endpoint: 'getIdentity', request: { type: { type: 'Twin/v1' } } })
  assert.deepEqual(answer, { identity: { k: 'v' } })
  const controller = new AbortController()
  const call = ask({ signal: controller.signal })
  controller.abort()
  await expectCodeAsync('INTERRUPTED', () => call)
})

test('a plugin that dies in a call is that error, and the next call has another one', async (t) => {
  const { host, ask } = aHost(t, {
    answers: { [PATH]: { dies: 1 }, '/identity': { body: 'null' } },
  })
  await using _ = host
  await expectCodeAsync('PLUGIN_EXITED', () => ask())
  assert.equal(await ask({ endpoint: 'getIdentity', request: { type: { type: 'twin' } } }), null)
})

test('ending lets calls finish, and ends what does not listen, with all that it started', async (t) => {
  const afterFile = join(tempFolder(t), 'answers')
  const { host, ask, left, folder } = aHost(
    t,
    { ignoresSigint: true, answers: { [PATH]: { echo: true, body: { list: [] }, afterFile, leavesChild: true } } },
    { limits: { killGraceMs: 200 } },
  )
  const call = ask()
  await until(() => host.status()[0]?.calls === 1)
  const ended = host[Symbol.asyncDispose]()
  await expectCodeAsync('PLUGIN_EXITED', () => ask())
  writeFileSync(afterFile, '')
  assert.equal((await call).echoed.url, PATH)
  await ended
  assert.deepEqual(left(), [])
  await until(() => processesWith(folder, 'environ').length === 0)
})

test('nothing is started for a call that no contract has', async (t) => {
  const { host, ask } = aHost(t)
  await using _ = host
  await expectCodeAsync('CONTRACT_UNSUPPORTED', () => ask({ request: { repository: { type: 'Other/v1' }, last: '' } }))
  await expectCodeAsync('CONTRACT_UNSUPPORTED', () => ask({ endpoint: 'sign' }))
  await expectCodeAsync('USAGE', () => ask({ endpoint: 'listComponent' }))
  await expectCodeAsync('PLUGIN_NOT_FOUND', () => ask({ plugin: 'other' }))
  await expectCodeAsync('FORMAT_INVALID', () => ask({ request: { repository: { type: 'Twin/v1' }, last: 7 } }))
  assert.deepEqual(host.status(), [])
})

test('what a call is about has to fit the schema of its type', async (t) => {
  const schema = {
    type: 'object',
    required: ['type', 'baseUrl'],
    additionalProperties: false,
    properties: { type: {}, baseUrl: {} },
  }
  const jsonSchema = Buffer.from(JSON.stringify(schema)).toString('base64')
  const lists = { supportedRepositorySpecTypes: [{ type: 'Twin/v1', jsonSchema }] }
  const { host, ask } = aHost(t, {
    capabilities: JSON.stringify({ capabilities: [{ type: 'componentLister', ...lists }] }),
  })
  await using _ = host
  const error = await expectCodeAsync('ARGUMENTS_INVALID', () => ask())
  assert.match(error.message, /`baseUrl` is missing/)
  assert.deepEqual(host.status(), [])
  await ask({ request: { repository: { type: 'Twin/v1', baseUrl: 'x' }, last: '' } })
})

test('a host that ends while a call is on its way starts nothing for it', async (t) => {
  const { host, ask, left } = aHost(t)
  const refused = expectCodeAsync('PLUGIN_EXITED', () => ask())
  await host[Symbol.asyncDispose]()
  await refused
  assert.deepEqual(left(), [])
})
