// Notifiers and secret plugins as real programs: what they are given, and what their answers and endings mean.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunDeps } from '../../../operator/exec/plugin-process.ts'
import { runNotifier } from '../../../operator/exec/run-notifier.ts'
import { runPlugin } from '../../../operator/exec/run-plugin.ts'
import { runSecrets } from '../../../operator/exec/run-secrets.ts'
import { readOutcome } from '../../../operator/result/read-outcome.ts'
import { parseNotifyResult } from '../../../schemas/contract/notification.ts'
import { parseSecretResult, SECRET_LIMITS } from '../../../schemas/contract/secrets.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aNotification } from '../../support/builders/a-notification.ts'
import { anEnding } from '../../support/builders/endings.ts'
import { anExecutable } from '../../support/builders/executables.ts'

const DEPS: RunDeps = { env: { SECRET: 'not for plugins' }, locate: (executable) => executable }
const map = (value: Record<string, unknown>) => ({ kind: 'map', value }) as const
const NOTIFIER = anExecutable('answers.mjs', { output: 'notify/v1', input: 'json' })
const SOURCE = anExecutable('answers.mjs', { output: 'secret/v1', input: 'json' })
const line = (fields: Record<string, unknown>) => JSON.stringify({ v: 1, summary: '{told}', ...fields })

const notify = (given: Record<string, unknown>) =>
  runNotifier({ executable: NOTIFIER, arguments: map(given), notification: aNotification() }, DEPS)
const fetch = (given: Record<string, unknown>, more = {}) =>
  runSecrets({ executable: SOURCE, arguments: map(given), service: 'api', ...more }, DEPS)

test('a notifier gets arguments and notification in one document, and nothing on its command line', async () => {
  const notification = aNotification({ service: 'api' })
  const given = { line: line({ status: 'ok' }), password: 'hunter2' }
  const run = { executable: NOTIFIER, arguments: map(given), notification }
  const { status, summary } = await runNotifier(run, DEPS)
  assert.equal(status, 'ok')
  assert.deepEqual(JSON.parse(summary), {
    document: { v: 1, service: 'api', arguments: given, notification },
    ...{ argv: [], contract: 'notify/v1' },
  })
})

test('a notifier answers whether it is sent, and when to try again', async () => {
  const later = await notify({
    line: line({ status: 'retry', reason: 'limited', summary: 'busy', retryAfterMs: 5 }),
    exit: 75,
  })
  assert.deepEqual([later.status, later.summary, later.line?.retryAfterMs], ['retry', 'busy', 5])
  const never = await notify({ line: line({ status: 'failed', summary: 'no such user' }), exit: 69 })
  assert.deepEqual([never.status, never.summary], ['failed', 'no such user'])
  const crashed = await notify({ line: line({ status: 'ok', summary: 'sent' }), exit: 1 })
  assert.deepEqual([crashed.status, crashed.summary], ['retry', 'says ok and exited with 1: sent'])
  const silent = await notify({ error: 'E! no route\n', exit: 2 })
  assert.deepEqual([silent.status, silent.summary], ['retry', 'ended without a result, exit code 2: E! no route'])
  assert.deepEqual(silent.log, [{ level: 'error', message: 'no route' }])
})

test('no notifier is started for a notification that is none', async () => {
  const notification = aNotification({ host: 'a\nb' })
  const deps = { ...DEPS, locate: () => assert.fail('was going to be started') }
  await expectCodeAsync('FORMAT_INVALID', () =>
    runNotifier({ executable: NOTIFIER, arguments: map({}), notification }, deps),
  )
})

test('a secret plugin gives secrets with their end, and is asked to renew a lease', async () => {
  const secrets = { PASSWORD: 'hunter2\n', token: 'ü' }
  const expires = '2030-01-01T00:00:00Z'
  const lease = { id: 'db/1', durationMs: 60_000 }
  const given = { line: line({ status: 'ok', secrets, expires, renewable: true, lease }) }
  const result = await fetch(given)
  assert.ok(result.status === 'ok')
  assert.deepEqual([result.line.secrets, result.line.expires, result.line.lease], [secrets, expires, lease])
  assert.deepEqual(JSON.parse(result.summary).document, { v: 1, service: 'api', arguments: given })
  const renewed = await fetch({ line: line({ status: 'ok', renewed: true }) }, { lease })
  assert.ok(renewed.status === 'ok' && renewed.line.renewed)
  assert.deepEqual(JSON.parse(renewed.summary).document.lease, lease)
})

test('an answer may be as large as the contract says', async () => {
  const value = 'x'.repeat(SECRET_LIMITS.valueLength)
  const secrets = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => [name, value]))
  const result = await fetch({ line: line({ status: 'ok', summary: 'large', secrets }) })
  assert.ok(result.status === 'ok', result.summary)
  assert.equal(result.line.secrets?.g, value)
  const more = { ...secrets, h: value }
  const tooLarge = await fetch({ line: line({ status: 'ok', summary: 'larger', secrets: more }) })
  assert.equal(tooLarge.status, 'retry')
  assert.match(tooLarge.summary, /^its result is of no use: `result` is larger than 2097152 bytes$/)
})

const BAD_ANSWERS: readonly Record<string, unknown>[] = [
  { status: 'ok' },
  { status: 'failed', secrets: { a: 'hunter2' } },
  { status: 'ok', secrets: { 'a/b': 'hunter2' } },
  { status: 'ok', secrets: { '..': 'hunter2' } },
  { status: 'ok', secrets: { '': 'hunter2' } },
  { status: 'ok', secrets: { a: 7 } },
  { status: 'ok', secrets: { a: 'hunter2' }, expires: 'tomorrow' },
  { status: 'ok', secrets: Object.fromEntries(Array.from({ length: 257 }, (_none, at) => [`s${at}`, 'hunter2'])) },
  { status: 'fine', secrets: { a: 'hunter2' } },
  { v: 2, status: 'ok', secrets: { a: 'hunter2' } },
]

test('an answer that breaks the contract gives no secret, and says none', () => {
  for (const answer of BAD_ANSWERS) {
    const ending = anEnding({ stdout: `${line(answer)}\n`, exitCode: 0 })
    const outcome = readOutcome(ending, (text) => parseSecretResult(text, 'result'))
    assert.equal(outcome.status, 'retry')
    assert.equal('line' in outcome, false)
    assert.match(outcome.summary, /^its result is of no use: `result` /)
    assert.doesNotMatch(outcome.summary, /hunter2/)
  }
})

test('nothing of standard output is repeated where a secret plugin broke off', () => {
  for (const stdout of ['hunter2', '{"v":1,"status":"ok","secrets":{"a":"hunter2"', 'hunter2\n{"v":1}\nhunter2']) {
    const outcome = readOutcome(anEnding({ stdout, exitCode: 1 }), (text) => parseSecretResult(text, 'result'))
    assert.equal(outcome.status, 'retry')
    assert.doesNotMatch(outcome.summary, /hunter2/)
  }
})

test('what did not end by itself, or is still open or no text, is tried again', () => {
  const sent = line({ status: 'ok', summary: 'sent' })
  const rows = [
    anEnding({ stdout: `${sent}\n`, stopped: 'timeout', signal: 'SIGKILL' }),
    anEnding({ stdout: `${sent}\n`, stopped: 'interrupted', signal: 'SIGTERM' }),
    anEnding({ stdout: `${sent}\n`, signal: 'SIGSEGV' }),
    anEnding({ stdout: sent, isOpen: true }),
    anEnding({ stdout: Buffer.from(`${sent.replace('sent', 'sent\u00ff')}\n`, 'latin1') }),
  ]
  for (const ending of rows)
    assert.equal(readOutcome(ending, (text) => parseNotifyResult(text, 'result')).status, 'retry')
})

test('a plugin of another kind is refused before it starts', async () => {
  const deps = { ...DEPS, locate: () => assert.fail('was going to be started') }
  const check = anExecutable('says.sh', { output: 'check/v1' })
  const nothing = map({})
  const rows: readonly (readonly [() => Promise<unknown>, RegExp])[] = [
    [
      () => runPlugin({ executable: NOTIFIER, arguments: nothing, phase: 'health' }, deps),
      /^plugin `answers` is no check: its output is `notify\/v1`, expected `exit-code` or `check\/v1` or `nagios`$/,
    ],
    [
      () => runPlugin({ executable: SOURCE, arguments: nothing, phase: 'init' }, deps),
      /is no check: its output is `secret\/v1`/,
    ],
    [
      () => runNotifier({ executable: check, arguments: nothing, notification: aNotification() }, deps),
      /is no notifier: its output is `check\/v1`, expected `notify\/v1`$/,
    ],
    [
      () => runSecrets({ executable: NOTIFIER, arguments: nothing }, deps),
      /is no source of secrets: its output is `notify\/v1`, expected `secret\/v1`$/,
    ],
  ]
  for (const [run, message] of rows) {
    const error = await expectCodeAsync('CONTRACT_MISMATCH', run)
    assert.match(error.message, message)
    assert.equal(error.hint, `\`octo info ${error.details.plugin}\` says what it is for`)
  }
})
