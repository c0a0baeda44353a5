// What a pin says about `octo mcp`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestsOf } from '../../../config/model/requests.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const pinned = (text: string) => ({ 'octo.yaml': `operator: {plugins: {a: {version: ^1, mcp: ${text}}}}\n` })

const ROWS: readonly (readonly [text: string, mark: unknown])[] = [
  ['true', {}],
  ['{}', {}],
  ['yes', {}],
  ['false', undefined],
  ['', undefined],
  ['{destructive: false}', { destructive: false }],
  ['{destructive: true, timeout: 1m30s}', { destructive: true, timeoutMs: 90_000 }],
]
for (const [text, mark] of ROWS)
  test(`\`mcp: ${text}\` is read`, async (t) => {
    const config = await readFiles(t, pinned(text))
    assert.deepEqual(config.pins[0]?.mcp, mark)
    assert.equal(config.warnings.length, 0)
  })

test('a mark is no part of what is asked for', async (t) => {
  const marked = { 'octo.yaml': 'operator: {plugins: {a: {mcp: true}}, services: {web: {health: [{tool: a}]}}}\n' }
  assert.equal(requestsOf(await readFiles(t, marked)).length, 1)
})

const WRONG: readonly (readonly [text: string, message: RegExp])[] = [
  ['maybe', /`mcp` is neither `true` nor `false`/],
  ['1', /`mcp` is neither/],
  ['[true]', /`mcp` is no map/],
  ['{destructive: maybe}', /`destructive` is neither/],
  ['{timeout: 5}', /`timeout`/],
  ['{timeout: 1ms}', /`timeout`.*between/],
  ['{timeout: 30d}', /`timeout`/],
]
for (const [text, message] of WRONG)
  test(`\`mcp: ${text}\` is refused`, async (t) => {
    assert.match((await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, pinned(text)))).message, message)
  })

test('an unknown key of the mark is told', async (t) => {
  const { warnings } = await readFiles(t, pinned('{destructiv: false}'))
  assert.match(warnings[0]?.message ?? '', /destructiv/)
})
