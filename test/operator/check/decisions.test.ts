// What `--verbose` and `octo test` tell of a run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runLines } from '../../../operator/check/decisions.ts'
import { planChecks } from '../../../operator/check/plan.ts'
import { interpret } from '../../../operator/result/interpret.ts'
import { anEnding } from '../../support/builders/endings.ts'
import { readFiles } from '../../support/machine/config-files.ts'

test('it is told what a run measured and what was left out, and nothing more where there is neither', async (t) => {
  const text = 'services: {web: {octocompose: {health: [{tool: check-load}]}}}'
  const [check] = planChecks(await readFiles(t, { 'octo.yaml': text }), { services: [], phases: ['health'] })
  assert.ok(check)
  const linesOf = (stdout: string) => {
    const report = interpret(anEnding({ stdout }), 'nagios')
    return runLines(check, { ...report, durationMs: 5, log: [] }).map((line) => line.replace(/^.* after 5 ms, /, ''))
  }
  assert.deepEqual(linesOf('OK - fine'), ['exit code 0: OK - fine'])
  assert.deepEqual(linesOf('OK | a=1.5s b=2 c=1,234'), [
    'exit code 0: OK',
    'web health check-load: measured a=1.5s, b=2',
    "web health check-load: left out `c=1,234`, which is no measure such as `'a label'=6.5s;8;10`",
  ])
  assert.match(linesOf('OK | load 1=3')[1] ?? '', /left out `load 1=3`, which is no measure/)
})
