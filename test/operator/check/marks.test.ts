// Checks of one plugin that stand beside each other: each is called so that nobody takes it for another, on every surface.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labelOf } from '../../../operator/check/decisions.ts'
import type { CheckOutcome } from '../../../operator/check/outcome.ts'
import { planChecks } from '../../../operator/check/plan.ts'
import { renderJunit } from '../../../operator/check/render-junit.ts'
import { failureNotes, outcomeTable } from '../../../operator/check/render-table.ts'
import { runChecks } from '../../../operator/check/run-checks.ts'
import { paintFor } from '../../../terminal/index.ts'
import { renderTable } from '../../../terminal/table.ts'
import { aRun } from '../../support/builders/check-run.ts'
import { aCheck, checkDeps } from '../../support/builders/planned-checks.ts'
import { readFiles } from '../../support/machine/config-files.ts'

/** Checks of a service below one another, from line 5 on, and their marks. */
const ROWS: readonly (readonly [string, readonly string[], readonly (string | undefined)[]])[] = [
  ['one check alone', ['args: {port: 1}'], [undefined]],
  ['one argument', ['args: {port: 1}', 'args: {port: 2}'], ['port=1', 'port=2']],
  ['numbers as they were read', ['args: {v: 1.5}', 'args: {v: 2}'], ['v=1.5', 'v=2']],
  ['the first that differs', ['args: {host: a, port: 1}', 'args: {host: a, port: 2}'], ['port=1', 'port=2']],
  ['flat arguments', ['port: 1', 'port: 2'], ['port=1', 'port=2']],
  ['words of a list', ['args: ["-H", a]', 'args: ["-H", b]'], ['a', 'b']],
  ['a list and a map', ['args: ["--port=1"]', 'args: {port: 1}'], ['line 5', 'line 6']],
  ['the same arguments', ['args: {port: 1}', 'args: {port: 1}'], ['line 5', 'line 6']],
  ['no arguments', ['args: {}', 'args: {}', 'args: {}'], ['line 5', 'line 6', 'line 7']],
  [
    'three, of which two share each value',
    ['args: {a: 1, b: 1}', 'args: {a: 1, b: 2}', 'args: {a: 2, b: 2}'],
    ['line 5', 'line 6', 'line 7'],
  ],
  ['an argument that one lacks', ['args: {port: 1}', 'args: {port: 2}', 'args: {}'], ['line 5', 'line 6', 'line 7']],
  [
    'a value of configs that a template names',
    ['args: {port: "{{.configs.a}}"}', 'args: {port: 2}'],
    ['port=8080', 'port=2'],
  ],
  ['a value of the environment', ['args: {url: "{{.env.A}}"}', 'args: {url: b}'], ['line 5', 'line 6']],
  ['a part of the environment', ['args: {url: "x/{{.env.A}}", n: 1}', 'args: {url: b, n: 2}'], ['n=1', 'n=2']],
  ['a word of the environment', ['args: ["--x={{.env.A}}"]', 'args: ["--x=b"]'], ['line 5', 'line 6']],
  ['a name of a secret', ['args: {password: a, n: 1}', 'args: {password: b, n: 2}'], ['n=1', 'n=2']],
  ['a word behind the name of a secret', ['args: [--api-key, a]', 'args: [--api-key, b]'], ['line 5', 'line 6']],
  ['a word that holds a secret', ['args: [--token=a]', 'args: [--token=b]'], ['line 5', 'line 6']],
  ['lists and maps', ['args: {x: [1]}', 'args: {x: [2]}'], ['line 5', 'line 6']],
  [
    'values that are long and begin alike',
    [`args: {x: ${'a'.repeat(40)}b}`, `args: {x: ${'a'.repeat(40)}c}`],
    ['line 5', 'line 6'],
  ],
  [
    'other plugins between them',
    ['args: {port: 1}, timeout: 1s', 'tool2', 'args: {port: 2}'],
    ['port=1', undefined, 'port=2'],
  ],
]
for (const [title, checks, marks] of ROWS)
  test(`tells apart checks by ${title}`, async (t) => {
    const items = checks.map((row) => (row === 'tool2' ? '    - {tool: other}' : `    - {tool: c, ${row}}`))
    const text = `configs: {a: 8080}\noperator:\n services:\n  web: {health: [\n${items.join('\n').replaceAll('    - ', '    ').replaceAll('}\n', '},\n')}\n    ]}\n`
    const config = await readFiles(t, { 'octo.yaml': text }, { env: { A: 'hidden' } })
    const plan = planChecks(config, { services: [], phases: ['health'] })
    assert.deepEqual(
      plan.map(({ mark }) => mark),
      marks,
    )
    assert.equal(new Set(plan.map(labelOf)).size, plan.length)
    assert.ok(!plan.map(labelOf).join().includes('hidden'))
  })

test('checks on one line are counted, and those of other phases and services need no mark', async (t) => {
  const text =
    'operator: {services: {a: {preflight: [{tool: c}], health: [{tool: c}, {tool: c}]}, b: {health: [{tool: c}]}}}\n'
  const plan = planChecks(await readFiles(t, { 'octo.yaml': text }), { services: [], phases: ['preflight', 'health'] })
  assert.deepEqual(plan.map(labelOf), ['a preflight c', 'a health c #1', 'a health c #2', 'b health c'])
})

const PLAIN = paintFor(false)
const outcome = (mark: string, more: Partial<CheckOutcome> = {}): CheckOutcome => ({
  ...{ service: 'web', phase: 'health', plugin: 'check-tcp', version: '1.0.0', mark, status: 'ok', summary: 'open' },
  ...{ attempts: 1, durationMs: 42, log: [], place: { file: '/octo.yaml', line: 9 } },
  ...more,
})
const TWO = [outcome('port=8080'), outcome('port=8081', { status: 'critical', summary: 'refused' })]

test('tables of every width, notes and JUnit show the mark', () => {
  const shown = (width: number) => renderTable(outcomeTable(TWO, PLAIN), { paint: PLAIN, width })
  assert.equal(
    shown(200),
    [
      'status  service  phase   check                        time  result',
      'ok      web      health  check-tcp@1.0.0 port=8080   42 ms  open',
      'failed  web      health  check-tcp@1.0.0 port=8081   42 ms  refused',
    ].join('\n'),
  )
  assert.equal(
    shown(60),
    [
      'status  service  phase   check                 time  result',
      'ok      web      health  check-tcp@1.0.0      42 ms  open',
      '                         port=8080',
      'failed  web      health  check-tcp@1.0.0      42 ms  refused',
      '                         port=8081',
    ].join('\n'),
  )
  for (const width of [20, 30, 40, 60, 80, 120])
    for (const { mark } of TWO) assert.equal(shown(width).split(String(mark)).length, 2, `${width}`)
  assert.match(failureNotes(TWO, PLAIN).join('\n'), /^web health check-tcp@1\.0\.0 port=8081 {2}\/octo\.yaml:9/)
  assert.match(
    renderJunit(aRun(TWO)),
    /name="health check-tcp@1\.0\.0 port=8080".*\n.*\n.*\n.*name="health check-tcp@1\.0\.0 port=8081"/,
  )
})

test('the mark of a planned check stands in its outcome', async () => {
  const plan = [
    aCheck('says.sh', [], { mark: 'port=1' }),
    aCheck('says.sh', [], { fate: { kind: 'skip', reason: 'x' } }),
  ]
  const outcomes = await runChecks(plan, checkDeps(plan))
  assert.deepEqual(
    outcomes.map(({ mark }) => mark),
    ['port=1', undefined],
  )
})
