// Templates mean what they mean to Go: its own outputs for rows and seeded templates stand in a fixture, and where GO_BIN
// names a Go, it is asked again.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { renderTemplate } from '../../../config/template/evaluate.ts'
import { FUNCTION_NAMES } from '../../../config/template/functions/index.ts'
import { parseTemplate } from '../../../config/template/parse.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import type { GoOutcome } from '../../support/go-templates/run-go.ts'
import { askGo, FIXTURE } from '../../support/go-templates/run-go.ts'
import { valueFrom } from '../../support/go-templates/value-from.ts'
import { DATA, OTHERWISE_HERE, ROWS, seededTemplates } from '../../support/go-templates/vectors.ts'

const recorded: readonly (readonly [template: string, outcome: GoOutcome])[] = JSON.parse(readFileSync(FIXTURE, 'utf8'))
const templates = [...ROWS, ...seededTemplates()]

test(`${templates.length} templates give what Go gives, or are refused as Go refuses them`, () => {
  assert.deepEqual(
    recorded.map(([template]) => template),
    templates,
    'write the fixture anew: GO_BIN=… node test/support/go-templates/run-go.ts',
  )
  const differing = recorded.flatMap(([template, go]) => {
    const ours = render(template)
    const isSame = ours.output === go.output
    return isSame === OTHERWISE_HERE.has(template) ? [{ template, go, ours }] : []
  })
  assert.deepEqual(differing, [])
})

const go = process.env.GO_BIN
test('Go still gives what the fixture holds', { skip: go ? false : 'GO_BIN names no Go' }, () => {
  assert.deepEqual(
    askGo(go ?? '').map(({ output }) => output),
    recorded.map(([, { output }]) => output),
  )
})

function render(template: string): GoOutcome {
  const fail = (problem: string, at: { line: number; column: number }) => {
    assert.ok(at.line >= 1 && at.column >= 1, template)
    return coded('CONFIG_INVALID', { message: `${at.line}:${at.column}: ${problem}` })
  }
  const meter = { spend: () => {}, made: () => {}, printed: () => {}, left: () => 1000 }
  try {
    const options = {
      fail,
      functions: FUNCTION_NAMES,
      pointless: () => false,
      looseNames: false,
      maxTokens: 10_000,
      maxDepth: 50,
    }
    const parsed = parseTemplate(template, options)
    return { output: renderTemplate(parsed, { root: valueFrom(DATA), fail, meter, prints: 'everything' }) }
  } catch (error) {
    if (!isCoded(error)) throw error
    return { error: error.message }
  }
}
