// The small grammars of OCM's plugin protocol: types, announcements, configs, credentials, and what they refuse.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalJson } from '../../../../schemas/canonical-json.ts'
import type { Announcement } from '../../../../schemas/contract/ocm/announcement.ts'
import { parseAnnouncement, renderAnnouncement } from '../../../../schemas/contract/ocm/announcement.ts'
import { parseCapabilities, renderCapabilities } from '../../../../schemas/contract/ocm/capabilities.ts'
import {
  configurationsFor,
  readConfigurations,
  requirePublic,
} from '../../../../schemas/contract/ocm/configurations.ts'
import {
  MAX_CREDENTIALS_BYTES,
  parseCredentials,
  renderCredentials,
} from '../../../../schemas/contract/ocm/credentials.ts'
import { parsePluginConfig, renderPluginConfig } from '../../../../schemas/contract/ocm/plugin-config.ts'
import { isCalled, typeNameShape } from '../../../../schemas/contract/ocm/type-name.ts'
import type { ErrorCode } from '../../../../schemas/error-codes.ts'
import { expectCode } from '../../../support/assertions/expect-code.ts'

test('a type is a name, or a name and a version', () => {
  for (const text of ['OCIRepository', 'OCIRepository/v1', 'com.vendor.X/v1', 'a b/v1', 'custom.config/v1'])
    assert.equal(typeNameShape.safeParse(text).success, true, text)
  for (const text of ['', '/', '/v1', 'a/', 'a/b/c', 'a\nb', 'a/v\u0000', 'x'.repeat(257), 7, null])
    assert.equal(typeNameShape.safeParse(text).success, false, String(text))
})

test('a type is found by both of its parts, or by an alias', () => {
  const declared = { type: 'OCIRepository/v1', aliases: ['OCI/v1', 'oci'] }
  for (const name of ['OCIRepository/v1', 'OCI/v1', 'oci']) assert.equal(isCalled(declared, name), true, name)
  for (const name of ['OCIRepository', 'ocirepository/v1', 'OCI', 'oci/v1', '']) {
    assert.equal(isCalled(declared, name), false, name)
  }
  assert.equal(isCalled({ type: 'A' }, 'A'), true)
})

const ANNOUNCED: readonly [string, string][] = [
  ['http+unix:///tmp/a.socket', 'http+unix:///tmp/a.socket'],
  ['http://127.0.0.1:36501', 'http://127.0.0.1:36501'],
  ['http://127.0.0.1:36501/', 'http://127.0.0.1:36501'],
  ['http://localhost:1', 'http://localhost:1'],
  ['http://[::1]:65535', 'http://[::1]:65535'],
  ['[::]:36501', 'http://[::1]:36501'],
  ['0.0.0.0:36501', 'http://127.0.0.1:36501'],
  [':36501', 'http://127.0.0.1:36501'],
  ['127.9.9.9:80', 'http://127.9.9.9:80'],
]

test('an announcement is the address that is connected to', () => {
  for (const [line, address] of ANNOUNCED) {
    const found = parseAnnouncement(line)
    assert.ok(found && found.kind !== 'refused', line)
    assert.equal(renderAnnouncement(found), address)
  }
})

test('an announcement of a place that is not on this machine is refused', () => {
  const lines = [
    ...['http://evil.example:80', 'http://10.0.0.1:80', 'http://127.0.0.1', 'http://127.0.0.1:0', 'http://a b:1'],
    ...['http://127.0.0.1:80/path', 'http://127.0.0.1:99999', 'http+unix://tmp/a', 'http://127.0.0.1@evil.example:80'],
    ...[`http+unix:///${'x'.repeat(107)}`, 'http+unix:///tmp/a\0b', 'http://127.0.0.1.evil.example:80'],
  ]
  const kinds = lines.map((line): [string, Announcement['kind'] | undefined] => [line, parseAnnouncement(line)?.kind])
  assert.deepEqual(
    kinds,
    lines.map((line) => [line, 'refused']),
  )
})

test('other lines announce nothing', () => {
  for (const line of [
    ...['', 'listening', 'starting on 127.0.0.1:80', 'warning:12', '12:30', 'db.example:5432', '{"msg":"http://x:1"}'],
    ...[' http://127.0.0.1:80', 'https://127.0.0.1:80', '127.0.0.1', '127.0.0.1:', 'HTTP://127.0.0.1:80'],
  ])
    assert.equal(parseAnnouncement(line), undefined, line)
})

test('an idle timeout is nanoseconds on the wire, and no longer than a timer waits', () => {
  const of = (idleTimeout: string) => parsePluginConfig(`{"id":"a","type":"unix","idleTimeout":${idleTimeout}}`)
  assert.equal(of('90000000000').idleTimeoutMs, 90_000)
  assert.equal(of('0').idleTimeoutMs, 0)
  assert.equal(of('9223372036854775807').idleTimeoutMs, 2 ** 31 - 1)
  assert.equal(of('null').idleTimeoutMs, undefined)
  for (const wrong of ['-1', '"1h"', 'true', '1e400']) assert.throws(() => of(wrong), { name: 'CodedError' }, wrong)
  const text = renderPluginConfig({ id: 'a', type: 'tcp', idleTimeoutMs: Number.MAX_VALUE, configTypes: [] })
  assert.equal(text, '{"id":"a","type":"tcp","pluginType":"","idleTimeout":2147483647000000}')
})

test('configurations are given to plugins that want exactly their type, in their order', () => {
  const configurations = [
    { type: 'a.config/v1', n: 1 },
    { type: 'a.config', n: 2 },
    { type: 'b.config/v1', n: 3 },
    { type: 'a.config/v1', n: 4 },
  ]
  const document = { type: 'generic.config.ocm.software/v1', configurations }
  const all = readConfigurations(document, 'ocmconfig')
  assert.deepEqual(
    configurationsFor(['a.config/v1'], all).map(({ n }) => n),
    [1, 4],
  )
  assert.deepEqual(configurationsFor([], all), [])
  for (const wrong of [null, [], {}, { ...document, type: 'x' }, { ...document, configurations: [{ n: 1 }] }])
    expectCode('FORMAT_INVALID', () => readConfigurations(wrong, 'ocmconfig'))
})

test('credentials of the document of OCM never get into a command line', () => {
  const known = ['credentials.config.ocm.software', 'credentials.config.ocm.software/v1']
  for (const type of known) {
    const secret = { type, consumers: [{ credentials: [{ properties: { password: 'hunter2' } }] }] }
    const nested = { type: 'generic.config.ocm.software/v1', configurations: [{ type: 'a.config' }, secret] }
    for (const one of [secret, nested]) {
      const error = expectCode('ARGUMENTS_INVALID', () => requirePublic([{ type: 'a.config' }, one]))
      assert.doesNotMatch(JSON.stringify(error), /hunter2/)
    }
  }
  requirePublic([{ type: 'a.config', credentials: { type: 'other' } }])
})

test('what a plugin says of its types of configuration stands where hosts in Go pass over it', () => {
  const described = [
    { type: 'a.config/v1', schema: { type: 'object' }, isPrivate: true },
    { type: 'b.config/v1', schema: false },
  ] as const
  const offered = { capabilities: [], configTypes: ['a.config/v1', 'b.config/v1', 'c.config/v1'], described }
  const text = renderCapabilities(offered)
  assert.deepEqual(JSON.parse(text).supportedConfigTypes, offered.configTypes)
  assert.deepEqual(parseCapabilities(text, 'p'), { ...offered, unknown: [] })
  for (const wrong of [
    '{}',
    '[{"jsonSchema":"e30="}]',
    '[{"type":"a","jsonSchema":"%"}]',
    '[{"type":"a","private":1}]',
  ])
    expectCode('FORMAT_INVALID', () => parseCapabilities(`{"capabilities":[],"describedConfigTypes":${wrong}}`, 'p'))
})

test('credentials survive the header, whatever they hold', () => {
  const credentials = { type: 'Credentials/v1', properties: { password: 'p\u00e4ß€😀\n"\\', ключ: '\u007f\u2028' } }
  const header = renderCredentials(credentials, 'given') ?? ''
  assert.match(header, /^[\x20-\x7e]+$/)
  assert.deepEqual(parseCredentials(header), credentials)
  // As a manager of Go sends it.
  const raw = Buffer.from(JSON.stringify(credentials)).toString('latin1')
  assert.deepEqual(parseCredentials(raw), credentials)
})

test('credentials are sent only where the contract says so', () => {
  const credentials = { type: 'C' }
  assert.equal(renderCredentials(credentials, 'never'), undefined)
  assert.equal(renderCredentials(undefined, 'given'), undefined)
  assert.equal(renderCredentials(undefined, 'stated'), '{}')
  assert.equal(renderCredentials(undefined, 'required'), '{}')
  assert.equal(parseCredentials('{}'), undefined)
  assert.equal(parseCredentials(undefined), undefined)
})

test('credentials that cannot be read are refused without repeating them', () => {
  for (const header of [
    '',
    'x',
    'Bearer s3cret',
    '[]',
    '"s3cret"',
    '{"type":""}',
    '{"password":"s3cret"}',
    '{"type":1}',
  ])
    assert.throws(
      () => parseCredentials(header),
      (error: Error) => !error.message.includes('s3cret'),
      header,
    )
  const long = { type: 'C', token: 'x'.repeat(MAX_CREDENTIALS_BYTES) }
  expectCode('LIMIT_EXCEEDED', () => renderCredentials(long, 'given'))
})

const BASE64_OF_NULL = Buffer.from('null').toString('base64')

test('capabilities that no call could rely on are refused', () => {
  const declared = (more: object) =>
    JSON.stringify({
      capabilities: [{ type: 'blobTransformer', supportedTransformerSpecTypes: [{ type: 'A', ...more }] }],
    })
  const bad: readonly [string, ErrorCode][] = [
    ['hello', 'JSON_INVALID'],
    ['{"capabilities":[]}\n{}', 'JSON_INVALID'],
    ['[]', 'FORMAT_INVALID'],
    ['{}', 'FORMAT_INVALID'],
    ['{"capabilities":[{}]}', 'FORMAT_INVALID'],
    ['{"capabilities":[],"supportedConfigTypes":["a/b/c"]}', 'FORMAT_INVALID'],
    [declared({ type: '' }), 'FORMAT_INVALID'],
    [declared({ jsonSchema: 'not base64' }), 'FORMAT_INVALID'],
    [declared({ jsonSchema: BASE64_OF_NULL }), 'FORMAT_INVALID'],
    [declared({ jsonSchema: Buffer.from('{').toString('base64') }), 'JSON_INVALID'],
    [JSON.stringify({ capabilities: Array.from({ length: 33 }, () => ({ type: 'x' })) }), 'FORMAT_INVALID'],
    [`{"capabilities":[],"pad":"${'x'.repeat(4 * 1024 * 1024)}"}`, 'LIMIT_EXCEEDED'],
  ]
  for (const [text, code] of bad) expectCode(code, () => parseCapabilities(text, 'plugin'))
})

test('capabilities of contracts to come are named, and leave the known ones usable', () => {
  const text = JSON.stringify({
    capabilities: [
      { type: 'teleporter', supportedThings: 7 },
      { type: 'blobTransformer', supportedTransformerSpecTypes: [{ type: { type: 'A/v1' }, aliases: ['a'], more: 1 }] },
      { type: 'signingHandler', supportedSigningSpecTypes: null },
    ],
    moreOfTheFuture: {},
  })
  const found = parseCapabilities(text, 'plugin')
  assert.deepEqual(found.unknown, ['teleporter'])
  assert.deepEqual(found.capabilities, [
    {
      capability: 'blobTransformer',
      types: { supportedTransformerSpecTypes: [{ type: 'A/v1', aliases: ['a'] }] },
    },
    { capability: 'signingHandler', types: { supportedSigningSpecTypes: [] } },
  ])
  assert.deepEqual(parseCapabilities('{"capabilities":[]}', 'plugin'), {
    capabilities: [],
    configTypes: [],
    unknown: [],
  })
})

test('the canonical text orders keys by their units, also those that look like numbers', () => {
  assert.equal(
    canonicalJson({ b: [1, -0, 1e21, 0.1], 10: null, 9: 'é\n', a: { z: true, Z: undefined } }),
    '{"10":null,"9":"é\\n","a":{"z":true},"b":[1,0,1e+21,0.1]}',
  )
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, '\ud800', { '\udc00': 1 }, undefined, [undefined], 1n])
    expectCode('FORMAT_INVALID', () => canonicalJson(wrong))
})
