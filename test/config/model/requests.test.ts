// Which plugins a config asks for, and what its pins say about them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PluginPin, PluginRequest } from '../../../config/model/config.ts'
import { parsePluginRequest } from '../../../config/model/plugin-request.ts'
import { pinned, requestsOf } from '../../../config/model/requests.ts'
import { parseName } from '../../../schemas/name.ts'
import { parseRange } from '../../../schemas/version.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const plugin = parseName('c', 'plugin')
const range = parseRange('^1')
const repo = parseName('core', 'repo')

const PINS: readonly (readonly [tool: string, pin: PluginPin, request: PluginRequest])[] = [
  ['c', { plugin, range }, { plugin, range }],
  ['c', { plugin, repo, range }, { plugin, repo, range }],
  ['core/c', { plugin, repo, range }, { plugin, repo, range }],
  ['core/c', { plugin, range }, { plugin, repo, range }],
  ['c@^2', { plugin, repo, range }, { plugin, repo, range: parseRange('^2') }],
  ['other/c', { plugin, repo, range }, { plugin, repo: parseName('other', 'repo') }],
  ['d', { plugin, repo, range }, { plugin: parseName('d', 'plugin') }],
]
for (const [tool, pin, request] of PINS)
  test(`\`${tool}\` with the pin ${JSON.stringify(pin)} is ${JSON.stringify(request)}`, () => {
    assert.deepEqual(pinned(parsePluginRequest(tool), [pin]), request)
  })

test('what is off, for other operators, or the operator itself needs no plugin', async (t) => {
  const text = `
operator:
  services:
    web:
      health: [{tool: here, operators: [docker, baremetal]}, {tool: there, operators: [docker]}, {tool: c, enabled: false}]
      init: [{tool: run-service}, {tool: operator-run}]
    off: {disabled: true, health: [{tool: d}]}
`
  assert.deepEqual(requestsOf(await readFiles(t, { 'octo.yaml': text })), [{ plugin: 'here' }])
})
