// What an author states, and what that gives: types, checks, an announcement, and one plugin for many types.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { z } from 'zod'
import type { ServiceDefinition } from '../../../sdk/service/index.ts'
import {
  blobTransformer,
  CallError,
  componentLister,
  componentVersionRepository,
  configType,
  credentialPlugin,
  credentialRepository,
  definePlugin,
  readLocation,
  testPlugin,
} from '../../../sdk/service/index.ts'
import { readStartConfig } from '../../../sdk/service/start.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const about = { name: 'p', version: '1.0.0', summary: 'is asked by tests' }
const tested = (serves: ServiceDefinition['serves'], more: Partial<ServiceDefinition> = {}) =>
  testPlugin(definePlugin({ ...about, serves, ...more }))
const file = (value: string) => ({ type: 'localFile', value }) as const
const json = (value: unknown) => ({ method: 'POST', body: JSON.stringify(value) })

test('a handler gets the author’s own type, and gives bytes back as a file', async (t) => {
  const path = join(tempFolder(t), 'in')
  writeFileSync(path, 'aé')
  await using plugin = await tested([
    blobTransformer({
      type: 'Repeat/v1',
      schema: z.strictObject({ type: z.literal('Repeat/v1'), times: z.int().min(1).default(2) }),
      transformBlob: async ({ location, specification }, { files }) => {
        const bytes = await readLocation(location)
        const times: number = specification.times
        return { location: await files.write(Array<Buffer>(times).fill(bytes), { mediaType: 'text/plain' }) }
      },
    }),
  ])
  const asked = (specification: Record<string, unknown>) =>
    plugin.call('blobTransformer', 'transformBlob', {
      location: file(path),
      specification: { type: 'Repeat/v1', ...specification },
    })
  const { location } = await asked({ times: 3 })
  assert.deepEqual([location.mediaType, readFileSync(location.value, 'utf8')], ['text/plain', 'aéaéaé'])
  assert.equal(readFileSync((await asked({})).location.value, 'utf8'), 'aéaé')
  for (const [specification, problem] of [
    [{ times: 0 }, /`times`: /],
    [{ times: 'three' }, /`times`: /],
    [{ other: 1 }, /other/],
  ] as const)
    await assert.rejects(asked(specification), (error) => {
      assert.ok(error instanceof CallError)
      assert.equal(error.status, 400)
      assert.match(error.message, /^the `specification` of the call is wrong: /)
      assert.match(error.message, problem)
      return true
    })
})

test('a JSON Schema gives the same type, check and announcement as a shape', async () => {
  const schema = {
    type: 'object',
    properties: { type: { type: 'string' }, level: { type: 'integer', minimum: 1 }, kind: { enum: ['a', 'b'] } },
    required: ['type', 'level'],
    additionalProperties: false,
  } as const
  const served = blobTransformer({
    type: 'Level/v1',
    schema,
    transformBlob: ({ location, specification }) => {
      const [level, kind]: [number, 'a' | 'b' | undefined] = [specification.level, specification.kind]
      return { location: { ...location, mediaType: `${level}${kind}` } }
    },
  })
  await using plugin = await tested([served])
  const asked = (specification: Record<string, unknown>) =>
    plugin.call('blobTransformer', 'transformBlob', {
      location: file('/x'),
      specification: { type: 'Level/v1', ...specification },
    })
  assert.equal((await asked({ level: 3, kind: 'b' })).location.mediaType, '3b')
  for (const wrong of [{}, { level: 0 }, { level: 1.5 }, { level: 1, kind: 'c' }, { level: 1, more: 1 }])
    await assert.rejects(asked(wrong), { status: 400 }, JSON.stringify(wrong))
  assert.throws(
    () =>
      definePlugin({
        ...about,
        serves: [{ ...served, declared: { ...served.declared, schema: { type: 'nothing' } } }],
      }),
    /JSON Schema of `Level\/v1` cannot be checked/,
  )
})

test('several types and capabilities share the paths that their contracts share', async () => {
  const spec = (type: string) => ({ type })
  await using plugin = await tested([
    blobTransformer({
      type: 'Pack/v1',
      aliases: ['Pack'],
      transformBlob: ({ location }) => ({ location: { ...location, mediaType: 'pack' } }),
      getIdentity: () => ({ identity: { of: 'pack' } }),
    }),
    blobTransformer({
      type: 'Unpack/v1',
      transformBlob: ({ location }) => ({ location: { ...location, mediaType: 'unpack' } }),
    }),
    componentLister({
      type: 'Repo/v1',
      listComponents: () => ['a'],
      getIdentity: () => ({ identity: { of: 'list' } }),
    }),
    componentVersionRepository({
      type: 'Repo/v2',
      listComponentVersions: () => ['1'],
      getIdentity: () => ({ identity: { of: 'repo' } }),
    }),
    // The one whose requests name no type of their own stands first, and still takes none of the other's.
    credentialPlugin({
      type: 'Card/v1',
      getConsumerIdentity: () => ({ type: 'Card' }),
      resolve: () => ({ type: 'Token', token: 'of the plugin' }),
    }),
    credentialRepository({
      type: 'Vault/v1',
      getConsumerIdentity: () => ({ type: 'Vault' }),
      resolve: () => ({ type: 'Token', token: 'of the repository' }),
    }),
  ])
  for (const [type, of] of [
    ['Pack/v1', 'pack'],
    ['Pack', 'pack'],
    ['Repo/v1', 'list'],
    ['Repo/v2', 'repo'],
  ] as const)
    assert.equal((await plugin.fetch('/identity', json({ type: spec(type) }))).body, `{"identity":{"of":"${of}"}}\n`)
  assert.equal((await plugin.fetch('/identity', json({ type: spec('Unpack/v1') }))).body, '{"identity":{}}\n')
  for (const [type, mediaType] of [
    ['Pack', 'pack'],
    ['Unpack/v1', 'unpack'],
  ] as const) {
    const asked = { location: file('/x'), specification: spec(type) }
    assert.equal((await plugin.call('blobTransformer', 'transformBlob', asked)).location.mediaType, mediaType)
  }
  const identity = { type: 'Card', hostname: 'h' }
  const said = await plugin.fetch('/resolve', json({ config: spec('Vault/v1'), identity }))
  assert.match(said.body, /of the repository/)
  assert.match((await plugin.fetch('/resolve', json({ identity }))).body, /of the plugin/)
  assert.equal(
    (await plugin.fetch('/consumer-identity', json({ credential: spec('Card/v1') }))).body,
    '{"type":"Card"}\n',
  )
  assert.equal(
    (await plugin.fetch('/consumer-identity', json({ config: spec('Vault/v1') }))).body,
    '{"type":"Vault"}\n',
  )
  assert.equal(
    (await plugin.fetch('/local-source/download?name=a&version=1', { headers: { authorization: '{}' } })).status,
    501,
  )
  assert.equal(
    (
      await plugin.fetch('/component-version/check-health', {
        ...json({ repository: spec('Repo/v2') }),
        headers: { authorization: '{}' },
      })
    ).status,
    200,
  )
})

type Page = {
  readonly list: string[] | null
  readonly header?: { readonly last?: string | null | undefined } | null | undefined
}

test('a long list is given a page at a time, whatever kind of list the author has', async () => {
  const names = Array.from({ length: 1203 }, (_each, at) => `component-${at}`)
  async function* slowly() {
    yield* names
  }
  for (const listed of [() => names, () => new Set(names), slowly]) {
    await using plugin = await tested([componentLister({ type: 'Repo/v1', listComponents: listed })])
    const found: string[] = []
    let pages = 0
    for (let last: string | null | undefined = ''; typeof last === 'string'; pages += 1) {
      const { list, header }: Page = await plugin.call('componentLister', 'listComponents', {
        repository: { type: 'Repo/v1' },
        last,
      })
      found.push(...(list ?? []))
      last = header?.last
    }
    assert.deepEqual([found, pages], [names, 3])
    await assert.rejects(
      plugin.call('componentLister', 'listComponents', { repository: { type: 'Repo/v1' }, last: 'zzz' }),
      { status: 500, message: 'unknown last: "zzz"' },
    )
  }
})

test('configuration of the declared types arrives typed and in order, and nothing else does', async () => {
  const limits = configType('limits.config/v1', z.looseObject({ type: z.string(), most: z.int() }))
  const other = configType('other.config/v1', {})
  const serves = [
    componentLister({
      type: 'Repo/v1',
      listComponents: (_request, { config }) => [
        ...config(limits).map(({ most }) => `at most ${most}`),
        ...config(other).map(String),
      ],
    }),
  ]
  const plugin = definePlugin({ ...about, serves, config: [limits, other] })
  assert.deepEqual(plugin.capabilities().configTypes, ['limits.config/v1', 'other.config/v1'])
  const config = [
    { type: 'limits.config/v1', most: 2 },
    { type: 'unknown.config/v1', most: 7 },
    { type: 'limits.config/v1', most: 1, more: true },
  ]
  await using running = await testPlugin(plugin, { config })
  const { list } = await running.call('componentLister', 'listComponents', {
    repository: { type: 'Repo/v1' },
    last: '',
  })
  assert.deepEqual(list, ['at most 2', 'at most 1'])
  await assert.rejects(testPlugin(plugin, { config: [{ type: 'limits.config/v1', most: 'two' }] }), {
    name: 'StartProblem',
    exitCode: 1,
    message: /^the configuration `limits.config\/v1` is wrong: `most`: /,
  })
})

test('a configuration that may hold secrets is announced as that, with its schema, and is read from the file of the host', (t) => {
  const secret = configType('secret/v1', z.looseObject({ type: z.string(), password: z.string() }), { isPrivate: true })
  const serves = [componentLister({ type: 'Repo/v1', listComponents: () => [] })]
  const { described = [] } = definePlugin({
    ...about,
    serves,
    config: [secret, configType('any/v1', {})],
  }).capabilities()
  assert.deepEqual(
    described.map(({ type, isPrivate, schema }) => [type, isPrivate, typeof schema]),
    [['secret/v1', true, 'object']],
  )
  const file = join(tempFolder(t), 'config.json')
  writeFileSync(file, '{"configTypes":[{"type":"secret/v1","password":"p"}]}')
  const { configTypes, ...config } = readStartConfig(
    JSON.stringify({ id: 'a', type: 'unix', configTypes: [{ type: 'any/v1' }], configFile: file }),
  )
  assert.deepEqual(configTypes, [{ type: 'any/v1' }, { type: 'secret/v1', password: 'p' }])
  assert.equal('configFile' in config, false)
  for (const wrong of ['/nowhere/config.json', 'config.json', import.meta.filename])
    assert.throws(() => readStartConfig(JSON.stringify({ id: 'a', type: 'unix', configFile: wrong })), {
      name: 'StartProblem',
    })
})

test('a definition that no host could use is refused where it is written', () => {
  const transformer = (type: string, aliases: readonly string[] = []) =>
    blobTransformer({ type, aliases, transformBlob: ({ location }) => ({ location }) })
  for (const [serves, problem] of [
    [() => [], /serves nothing/],
    [() => [transformer('A'), transformer('A')], /blobTransformer of `A` is there twice/],
    [() => [transformer('A', ['B']), transformer('B')], /blobTransformer of `B` is there twice/],
    [() => [blobTransformer({ type: 'A' })], /does nothing, expected some of transformBlob, getIdentity/],
    [() => [blobTransformer({ type: 'A', transformblob: () => ({}) } as never)], /has no `transformblob`/],
  ] as const)
    assert.throws(() => definePlugin({ ...about, serves: serves() }), problem)
})
