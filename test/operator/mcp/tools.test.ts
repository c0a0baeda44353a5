// Plugins as tools: what is listed, and what is started. The protocol around it is tried in test/operator/commands/.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VerifiedExecutable } from '../../../client/index.ts'
import type { CodedError } from '../../../schemas/errors.ts'
import { coded } from '../../../schemas/errors.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import { markedTools, NEVER } from '../../support/operator/marked-tools.ts'

const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: { host: { type: 'string', description: 'where' }, port: { type: 'integer', default: 80 } },
  required: ['host'],
  additionalProperties: false,
}

test('a tool has the schema of the plugin word for word, and hints that follow from what it declares', async (t) => {
  const network = { network: ['tcp'], files: [], secrets: [] }
  const { tools } = markedTools(t, {
    tcp: { manifest: { output: 'check/v1', arguments: SCHEMA, needs: network } },
    nagios: { manifest: { output: 'nagios' } },
    report: {},
    reads: { mark: { destructive: false } },
    breaks: { manifest: { output: 'check/v1' }, mark: { destructive: true } },
  })
  const listed = await tools.list()
  assert.deepEqual(listed[0]?.inputSchema, SCHEMA)
  assert.deepEqual(listed[2]?.inputSchema, { type: 'object' })
  const hints = listed.map(({ name, annotations: { title: _, ...hints } }) => [name, ...Object.values(hints)])
  assert.deepEqual(hints, [
    ['tcp', true, false, true, true],
    ['nagios', true, false, true, false],
    ['report', false, true, false, false],
    ['reads', false, false, false, false],
    ['breaks', true, true, true, false],
  ])
  assert.match(listed[0]?.description ?? '', /a fixture[\s\S]*A check/)
})

test('a choice among arguments is said in words, as models refuse tools with `anyOf` at the top', async (t) => {
  const anyOf = [{ required: ['host'] }, { required: ['port'] }]
  const { required: _, ...rest } = SCHEMA
  const { tools, call } = markedTools(t, { tcp: { manifest: { output: 'check/v1', arguments: { ...rest, anyOf } } } })
  const [tool] = await tools.list()
  assert.deepEqual(tool?.inputSchema, rest)
  assert.match(tool?.description ?? '', /At least one of `host`, `port` is needed\.$/)
  const { structured } = await call('tcp')
  assert.equal((structured.error as CodedError).code, 'ARGUMENTS_INVALID')
})

const REFUSED: Readonly<Record<string, Partial<ReleasedManifest>>> = {
  'a service plugin': { protocol: 'ocm' },
  'an operator': { kind: 'operator' },
  'a service': { kind: 'service' },
  'a notifier': { output: 'notify/v1', input: 'json' },
  'a source of secrets': { output: 'secret/v1', input: 'json' },
}

test('what is no tool is neither listed nor run', async (t) => {
  const script = 'touch was-run; echo hunter2'
  const plugins = Object.entries(REFUSED).map(([, manifest], at) => [`p${at}`, { script, manifest }] as const)
  const { tools, call, warnings } = markedTools(t, Object.fromEntries(plugins))
  assert.deepEqual(await tools.list(), [])
  assert.equal(warnings.length, plugins.length)
  for (const [name] of plugins) {
    const { structured, isError, text } = await call(name)
    assert.deepEqual([isError, (structured.error as CodedError).code], [true, 'CONTRACT_MISMATCH'])
    assert.doesNotMatch(text, /hunter2/)
  }
})

test('what is not proven is not listed, its reason is said, and it is tried again when it is asked for', async (t) => {
  const error = coded('SIGNER_NOT_ALLOWED', { message: 'signed by somebody else', hint: 'ask the publisher' })
  const plugins: Record<string, { error?: CodedError; script: string }> = {
    bad: { error, script: 'echo it runs' },
    good: { script: 'echo fine' },
  }
  const { tools, call, warnings, asked } = markedTools(t, plugins)
  assert.deepEqual(
    (await tools.list()).map(({ name }) => name),
    ['good'],
  )
  assert.deepEqual(warnings, ['`bad` is not offered: signed by somebody else'])
  const { structured, isError, text } = await call('bad')
  assert.deepEqual(structured.error, {
    code: 'SIGNER_NOT_ALLOWED',
    message: 'signed by somebody else',
    hint: 'ask the publisher',
  })
  assert.deepEqual([isError, structured.status], [true, 'unknown'])
  assert.match(text, /^error\[SIGNER_NOT_ALLOWED\]: signed by somebody else\nhint: ask the publisher$/)
  delete plugins.bad?.error
  assert.equal((await call('bad')).text, 'ok: it runs\nit runs')
  assert.equal(asked.filter((name) => name === 'good').length, 1, 'what is proven is not asked for again')
})

test('a name that the config does not mark is none', async (t) => {
  const { tools, asked } = markedTools(t, { good: {} })
  for (const name of ['unmarked', 'other', '__proto__', '']) assert.equal(await tools.call(name, {}, NEVER), undefined)
  assert.deepEqual(asked, [])
})

test('the files are checked once more before each run', async (t) => {
  let located = 0
  const locate = (executable: VerifiedExecutable) => {
    located++
    if (located > 1) throw coded('STORE_CORRUPT', { message: 'bytes changed' })
    return executable
  }
  const { call } = markedTools(t, { good: { script: 'echo fine' } }, { locate })
  assert.equal((await call('good')).isError, false)
  const { structured, isError } = await call('good')
  assert.deepEqual([isError, (structured.error as CodedError).code], [true, 'STORE_CORRUPT'])
})

const BAD: readonly Record<string, unknown>[] = [{}, { host: 7 }, { host: 'a', prot: 1 }, { host: 'a', port: '80x' }]
test('arguments that do not fit the schema start nothing', async (t) => {
  const { call, folder } = markedTools(t, {
    tcp: { script: `touch ${JSON.stringify('ran')}`, manifest: { arguments: SCHEMA } },
  })
  for (const given of BAD) {
    const { structured, isError } = await call('tcp', given)
    assert.deepEqual(
      [isError, (structured.error as CodedError).code],
      [true, 'ARGUMENTS_INVALID'],
      JSON.stringify(given),
    )
  }
  assert.equal((await call('tcp', { host: '$(touch x); --port=9' })).isError, false, folder)
})
