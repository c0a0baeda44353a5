// Small words of configs: durations and how plugins are named.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePluginRequest } from '../../../config/model/plugin-request.ts'
import { parseDuration } from '../../../schemas/duration.ts'
import { expectCode } from '../../support/expect-code.ts'

const DURATIONS: readonly [string, number | undefined][] = [
  ['10s', 10_000],
  ['500ms', 500],
  ['1m30s', 90_000],
  ['1.5s', 1500],
  ['2h', 7_200_000],
  ['0s', 0],
  ['10', undefined],
  ['', undefined],
  ['-1s', undefined],
  ['1 s', undefined],
  ['1d', undefined],
  [`${'1s'.repeat(50)}`, undefined],
]
for (const [text, found] of DURATIONS)
  test(`the duration \`${text.slice(0, 20)}\` is ${found ?? 'none'}`, () => assert.equal(parseDuration(text), found))

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
