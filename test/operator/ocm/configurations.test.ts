// What plugins are configured with when they are started, and where that is written.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openPluginHost } from '../../../operator/ocm/host.ts'
import { keyOf } from '../../../operator/ocm/shared/key.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aServicePlugin, LISTER } from '../../support/builders/service-plugin.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const LIST = { endpoint: 'listComponents', request: { repository: { type: 'Twin/v1' }, last: '' } }

type Echo = {
  readonly echoed: {
    readonly pid: number
    readonly argv: readonly string[]
    readonly config: { readonly configTypes?: readonly object[]; readonly configFile?: string }
  }
}

function aHost(t: TestContext, capabilities: string, configurations: readonly { readonly type: string }[]) {
  const folder = tempFolder(t)
  const plugins = [aServicePlugin(folder, 'twin', { capabilities })]
  const env = { TMPDIR: folder, PATH: process.env.PATH }
  const host = openPluginHost({ plugins, env, cwd: folder, configurations })
  const ask = async () => (await host.call(LIST)) as Echo
  const left = () => readdirSync(folder).flatMap((name) => (name === 'twin' ? [] : readdirSync(join(folder, name))))
  return { host, ask, left }
}

test('a plugin is given the configurations of the types that it wants', async (t) => {
  const capabilities = JSON.stringify({ ...JSON.parse(`{"capabilities":[]}`), supportedConfigTypes: ['a.config/v1'] })
  const lister = { type: 'componentLister', supportedRepositorySpecTypes: [{ type: 'Twin/v1' }] }
  const configurations = [{ type: 'a.config/v1', b: 1, a: 2 }, { type: 'other.config/v1' }]
  const { host, ask } = aHost(
    t,
    JSON.stringify({ ...JSON.parse(capabilities), capabilities: [lister] }),
    configurations,
  )
  await using _ = host
  assert.deepEqual((await ask()).echoed.config.configTypes, [{ a: 2, type: 'a.config/v1', b: 1 }])
})

/** Of two types, of which one may hold secrets. */
const DESCRIBED = JSON.stringify({
  ...JSON.parse(LISTER),
  supportedConfigTypes: ['open/v1', 'hidden/v1'],
  describedConfigTypes: [
    { type: 'open/v1', jsonSchema: Buffer.from('{"properties":{"n":{"type":"integer"}}}').toString('base64') },
    { type: 'hidden/v1', private: true },
  ],
})

test('configurations that may hold secrets come in a file that nobody else can read, and in no command line', async (t) => {
  const configurations = [
    { type: 'hidden/v1', password: 's3cret' },
    { type: 'open/v1', n: 1 },
  ]
  const { host, ask, left } = aHost(t, DESCRIBED, configurations)
  const { argv, config, pid } = (await ask()).echoed
  assert.deepEqual(config.configTypes, [{ n: 1, type: 'open/v1' }])
  assert.doesNotMatch(argv.join(' ') + readFileSync(`/proc/${pid}/environ`, 'latin1'), /s3cret/)
  const { configFile = '' } = config
  assert.equal(readFileSync(configFile, 'utf8'), '{"configTypes":[{"password":"s3cret","type":"hidden/v1"}]}')
  assert.deepEqual([statSync(configFile).mode & 0o777, statSync(dirname(configFile)).mode & 0o777], [0o600, 0o700])
  await host[Symbol.asyncDispose]()
  assert.deepEqual(left(), [])
})

test('a configuration that does not fit its schema is an error before the plugin is started', async (t) => {
  const configurations = [{ type: 'open/v1', n: 'many' }]
  const { host, ask } = aHost(t, DESCRIBED, configurations)
  await using _ = host
  assert.match((await expectCodeAsync('ARGUMENTS_INVALID', () => ask())).message, /`n` must be integer/)
  assert.deepEqual(host.status(), [])
})

test("OCM's credentials are no configuration of a plugin that has them in its command line", async (t) => {
  const type = 'credentials.config.ocm.software'
  const wanting = (described: object) =>
    JSON.stringify({ ...JSON.parse(LISTER), supportedConfigTypes: [type], ...described })
  const configurations = [{ type, consumers: [{ credentials: [{ properties: { password: 's3cret' } }] }] }]
  const refused = aHost(t, wanting({}), configurations)
  await using _ = refused.host
  const error = await expectCodeAsync('ARGUMENTS_INVALID', () => refused.ask())
  assert.doesNotMatch(JSON.stringify(error), /s3cret/)
  assert.deepEqual(refused.host.status(), [])
  const hidden = aHost(t, wanting({ describedConfigTypes: [{ type, private: true }] }), configurations)
  await using _hidden = hidden.host
  const { argv, config } = (await hidden.ask()).echoed
  assert.doesNotMatch(argv.join(' '), /s3cret/)
  assert.match(readFileSync(config.configFile ?? '', 'utf8'), /s3cret/)
})

test('an instance that was given other secrets is another one, and is not shared', () => {
  const program = { argv0: 'p', leading: [], root: '/p', digest: digestOf('p') }
  const limits = { startMs: 1, killGraceMs: 1, maxCalls: 1 }
  const facts = {
    env: {},
    cwd: '/',
    idleTimeoutMs: 1,
    configTypes: [],
    log: () => undefined,
    limits,
    listen: 'unix',
  } as const
  const secret = (password: string) => ({ ...facts, hiddenConfigTypes: [{ type: 'hidden/v1', password }] })
  const keys = [facts, secret('a'), secret('b')].map((one) => keyOf('p', program, one))
  assert.equal(new Set(keys).size, 3)
  assert.equal(keyOf('p', program, { ...facts, hiddenConfigTypes: [] }), keys[0])
})
