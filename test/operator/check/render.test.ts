// What people, machines and CI see of outcomes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import type { CheckOutcome } from '../../../operator/check/outcome.ts'
import { runToJson } from '../../../operator/check/render-json.ts'
import { renderJunit } from '../../../operator/check/render-junit.ts'
import { failureNotes, outcomeTable, summaryLine } from '../../../operator/check/render-table.ts'
import { paintFor } from '../../../terminal/index.ts'
import { renderTable } from '../../../terminal/table.ts'
import { aRun } from '../../support/builders/check-run.ts'

const PLAIN = paintFor(false)

function anOutcome(more: Partial<CheckOutcome> = {}): CheckOutcome {
  return {
    ...{ service: 'web', phase: 'health', plugin: 'check-tcp', version: '1.0.0', status: 'ok', summary: 'connected' },
    ...{ attempts: 1, durationMs: 42, log: [], place: { file: '/x/octo.yaml', line: 9 } },
    ...more,
  } as CheckOutcome
}

const OUTCOMES = [
  anOutcome(),
  anOutcome({
    status: 'critical',
    summary: 'refused',
    attempts: 3,
    exitCode: 2,
    log: [{ level: 'error', message: 'oh' }],
  }),
  anOutcome({
    service: 'db',
    status: 'unknown',
    summary: 'changed',
    error: { code: 'STORE_CORRUPT', hint: 'octo cache verify' },
  }),
  anOutcome({ service: 'db', status: 'skipped', summary: 'check is disabled', attempts: 0 }),
]

test('the table has one aligned row per check', async () => {
  const text = renderTable(outcomeTable(OUTCOMES, PLAIN), { paint: PLAIN, width: 200 })
  assert.equal(
    text,
    [
      'status   service  phase   check              time  result',
      'ok       web      health  check-tcp@1.0.0   42 ms  connected',
      'failed   web      health  check-tcp@1.0.0   42 ms  refused (3 runs)',
      'unknown  db       health  check-tcp@1.0.0   42 ms  changed',
      'skipped  db       health  check-tcp@1.0.0          check is disabled',
    ].join('\n'),
  )
})

test('colour adds nothing but colour', async () => {
  const painted = renderTable(outcomeTable(OUTCOMES, paintFor(true)), { paint: paintFor(true), width: 200 })
  const plain = renderTable(outcomeTable(OUTCOMES, PLAIN), { paint: PLAIN, width: 200 })
  assert.equal(stripVTControlCharacters(painted), plain)
})

test('what did not pass is named with its place, code, hint and last words', () => {
  assert.deepEqual(failureNotes(OUTCOMES, PLAIN), [
    'web health check-tcp@1.0.0  /x/octo.yaml:9  exit code 2',
    '  error oh',
    'db health check-tcp@1.0.0  /x/octo.yaml:9  STORE_CORRUPT',
    '  hint: octo cache verify',
  ])
})

test('the sum counts every kind', () => {
  assert.equal(summaryLine(OUTCOMES, 1234, PLAIN), '1 passed, 1 failed, 1 unknown, 1 skipped in 1.2 s')
})

test('JSON says whether all passed; skipped checks do not count', () => {
  assert.equal(runToJson(aRun(OUTCOMES)).passed, false)
  assert.equal(runToJson(aRun([anOutcome({ status: 'warn' }), anOutcome({ status: 'skipped' })])).passed, true)
  assert.deepEqual(runToJson(aRun(OUTCOMES, 1.4)).summary, {
    passed: 1,
    failed: 1,
    unknown: 1,
    skipped: 1,
    durationMs: 1,
  })
})

test('JUnit has a suite per service, failures apart from errors, and holds any text', () => {
  const hostile = anOutcome({
    ...{ service: '<web> & "co"', status: 'critical', summary: `a ]]> 'b' \u0000\u001b\ud800 <x/>\nnext` },
    log: [{ level: 'warn', message: '<!-- -->' }],
  })
  const xml = renderJunit(aRun([hostile, ...OUTCOMES], 2000))
  assert.match(
    xml,
    /<testsuites name="octo check" tests="5" failures="2" errors="1" skipped="1" timestamp="2026-11-26T10:00:00" time="2.000">/,
  )
  assert.match(
    xml,
    /<testsuite name="&lt;web&gt; &amp; &quot;co&quot;" tests="1" .* timestamp="2026-11-26T10:00:00" hostname="node-1"/,
  )
  assert.match(
    xml,
    /<failure message="a \]\]&gt; &#39;b&#39; \ufffd\ufffd\ufffd &lt;x\/&gt;&#10;next" type="critical"\/>/u,
  )
  assert.match(xml, /<error message="changed" type="STORE_CORRUPT"\/>/)
  assert.match(xml, /<skipped message="check is disabled"\/>/)
  assert.match(xml, /<system-err>warn &lt;!-- --&gt;<\/system-err>/)
})

const FURTHER = Array.from({ length: 12 }, (_none, at) => `disk ${at} <full> \u001b[2J`)

test('further lines stand below a check that did not pass, ten of them, and all of them in JUnit', () => {
  const failed = anOutcome({ status: 'critical', summary: 'full', furtherLines: FURTHER })
  assert.deepEqual(failureNotes([failed], PLAIN), [
    'web health check-tcp@1.0.0  /x/octo.yaml:9',
    ...FURTHER.slice(0, 10).map((line) => `  ${line}`),
    '  … 2 more lines with --json',
  ])
  const few = anOutcome({ ...failed, furtherLines: FURTHER.slice(0, 10) })
  assert.equal(failureNotes([few], PLAIN).length, 11)
  assert.deepEqual(failureNotes([anOutcome({ furtherLines: FURTHER })], PLAIN), [])
  const escaped = FURTHER.map((line) =>
    line.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replace('\u001b', '\ufffd'),
  )
  const text = escaped.join('&#10;')
  const cases = [
    [failed, `<failure message="full" type="critical">${text}</failure>`],
    [anOutcome({ ...failed, status: 'unknown' }), `<error message="full" type="unknown">${text}</error>`],
    [anOutcome({ ...failed, status: 'ok' }), `<system-out>ok: full&#10;${text}</system-out>`],
    [anOutcome({ ...failed, status: 'warn' }), `<system-out>warn: full&#10;${text}</system-out>`],
    [anOutcome({ ...failed, status: 'skipped' }), '<skipped message="full"/>'],
  ] as const
  for (const [outcome, xml] of cases) assert.ok(renderJunit(aRun([outcome])).includes(`      ${xml}\n`), xml)
  assert.deepEqual(runToJson(aRun([failed])).checks[0]?.furtherLines, FURTHER)
})
