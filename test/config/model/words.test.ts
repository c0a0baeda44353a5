// How configs name plugins.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePluginRequest } from '../../../config/model/plugin-request.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const REQUESTS: readonly [string, object][] = [
  ['check-tcp', { plugin: 'check-tcp' }],
  ['core/check-tcp@^1', { repo: 'core', plugin: 'check-tcp', range: '^1' }],
  ['check-tcp@>=1 <3 || 5', { plugin: 'check-tcp', range: '>=1 <3 || 5' }],
  ['check-open-port@1', { plugin: 'check-tcp-port', range: '1' }],
  ['check-open-tcp-port', { plugin: 'check-tcp-port' }],
  ['operator-run', { plugin: 'run-service' }],
  ['run', { plugin: 'run-service' }],
  ['own/run', { repo: 'own', plugin: 'run' }],
]
for (const [text, request] of REQUESTS)
  test(`\`${text}\` names a plugin`, () => assert.deepEqual(parsePluginRequest(text), request))

test('what names no plugin is refused', () => {
  for (const text of ['', '@1', 'a/b/c', '/x', 'x/', '../x', 'A', 'a b', 'x'.repeat(600), 'con'])
    expectCode('NAME_INVALID', () => parsePluginRequest(text))
  for (const text of ['x@', 'x@not a range', `x@${'1'.repeat(300)}`])
    expectCode('RANGE_INVALID', () => parsePluginRequest(text))
})
