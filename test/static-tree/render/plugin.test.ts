import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { parsePluginDocument } from '../../../schemas/plugin-document.ts'
import { parseBaseUrl } from '../../../static-tree/base-url.ts'
import { renderPlugin, renderPluginPieces } from '../../../static-tree/render/plugin.ts'
import { aPlugin } from '../../support/builders/plugin-record.ts'

const base = parseBaseUrl('https://plugins.example.com')

test('a plugin document lists every version newest first, and clients parse it', () => {
  const versions = ['1.2.0', '1.10.0', '2.0.0-rc.2', '2.0.0-rc.10', '0.9.0'].map((version) => ({ version }))
  const [json] = renderPlugin(aPlugin('check-tcp', versions, 7), base)
  assert.equal(json?.path, 'repos/core/check-tcp.json')
  const document = parsePluginDocument(json.bytes, 'check-tcp')
  assert.equal(document.serial, 7)
  assert.deepEqual(
    document.versions.map(({ version }) => version),
    ['2.0.0-rc.10', '2.0.0-rc.2', '1.10.0', '1.2.0', '0.9.0'],
  )
})

test('a plugin document is described by its newest stable version, and carries states with their reasons', () => {
  const record = aPlugin('check-tcp', [
    { version: '1.0.0', manifest: { description: 'old' }, deprecated: 'use 2' },
    { version: '2.0.0', manifest: { description: 'stable' } },
    { version: '3.0.0', manifest: { description: 'bad' }, state: 'yanked', reason: 'breaks' },
    { version: '4.0.0-rc.1', manifest: { description: 'soon' } },
  ])
  const document = parsePluginDocument(renderPlugin(record, base)[0]?.bytes ?? '', 'check-tcp')
  assert.equal(document.description, 'stable')
  const yanked = document.versions.find(({ version }) => version === '3.0.0')
  assert.deepEqual([yanked?.state, yanked?.reason], ['yanked', 'breaks'])
  assert.equal(document.versions.at(-1)?.deprecated, 'use 2')
})

test('the YAML document says the same as the JSON document', () => {
  const record = aPlugin('check-tcp', [{}, { version: '1.1.0', manifest: { description: 'a "b" {{.c}}: - #\u0085é' } }])
  const [json, yaml] = renderPlugin(record, base)
  assert.equal(yaml?.path, 'repos/core/check-tcp.yaml')
  assert.deepEqual(parse(yaml.bytes).octo, JSON.parse(json?.bytes ?? ''))
})

test('a plugin without releases has no document', () => {
  assert.deepEqual(renderPlugin(aPlugin('check-tcp', []), base), [])
})

test('rendering a plugin of a thousand versions pauses often, so that others get their turn', () => {
  const versions = Array.from({ length: 1000 }, (_each, index) => ({
    version: `1.${index}.0`,
    platforms: ['linux_amd64', 'linux_arm64', 'darwin_arm64', 'windows_amd64', 'any'],
  }))
  const record = aPlugin('check-tcp', versions)
  const pieces = [...renderPluginPieces(record, base)]
  assert.ok(pieces.filter((piece) => piece === undefined).length >= 10)
})
