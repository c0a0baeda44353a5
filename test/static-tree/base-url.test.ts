import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDiscovery } from '../../schemas/discovery.ts'
import { basePath, parseBaseUrl } from '../../static-tree/base-url.ts'
import { renderDiscovery } from '../../static-tree/render/discovery.ts'
import { expectCode } from '../support/assertions/expect-code.ts'
import { aName } from '../support/builders/names.ts'

test('a base URL loses the slash at its end', () => {
  assert.equal(parseBaseUrl('http://127.0.0.1:8787/'), 'http://127.0.0.1:8787')
  assert.equal(basePath(parseBaseUrl('https://example.com/octo/')), '/octo')
})

for (const bad of [
  'ftp://example.com',
  'example.com',
  'https://user:secret@example.com',
  'https://example.com/?a=1',
  'https://example.com/#a',
  'https://example.com/a&b',
  'https://example.com/{{.env.HOME}}',
  '',
])
  test(`refuses ${bad || 'nothing'} as a base URL, without repeating a password`, () => {
    const error = expectCode('CONFIG_INVALID', () => parseBaseUrl(bad))
    assert.ok(!error.message.includes('secret'))
  })

test('the discovery document names the repos, and the write API only where there is one', () => {
  const base = parseBaseUrl('https://example.com/octo')
  const served = renderDiscovery([aName('b'), aName('a')], base, { artifactBytes: 1, releaseBytes: 2 })
  assert.deepEqual(parseDiscovery(served.bytes, 'discovery'), {
    format: 'octo.discovery/v1',
    api: { version: 'v1', base: '/octo/api/v1' },
    repos: [
      { name: 'a', url: '/octo/repos/a.yaml' },
      { name: 'b', url: '/octo/repos/b.yaml' },
    ],
    limits: { artifactBytes: 1, releaseBytes: 2 },
  })
  assert.equal(parseDiscovery(renderDiscovery([], base).bytes, 'discovery').api, undefined)
})
