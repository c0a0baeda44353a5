// Notifiers and secret plugins in this process: what they are handed, and what becomes of their answers and mistakes.
import assert from 'node:assert/strict'
import test from 'node:test'
import { parseNotifyResult } from '../../schemas/contract/notification.ts'
import { OUTCOME_EXIT_CODES } from '../../schemas/contract/outcome.ts'
import { parseSecretResult } from '../../schemas/contract/secrets.ts'
import type { NotifyResult, SecretResult } from '../../sdk/index.ts'
import { defineNotifier, defineSecrets, failed, invalidOptions, provided, retry, sent } from '../../sdk/index.ts'
import { parseOptions } from '../../sdk/options.ts'
import { optionsSchema } from '../../sdk/options-schema.ts'
import { OUTCOME_CODES, renderOutcome } from '../../sdk/outcome.ts'
import { aNotification } from '../support/builders/a-notification.ts'

const OPTIONS = {
  server: { type: 'string', required: true, description: 'the server' },
  port: { type: 'integer', default: 25, description: 'the port' },
  to: { type: 'strings', required: true, description: 'receivers' },
  quiet: { type: 'boolean', description: 'no sound' },
  password: { type: 'string', secret: true, description: 'the password' },
} as const
const GIVEN = { server: 'mail', port: 2525, to: ['a', 'b'], quiet: false, password: 'hunter2' }
const facts = { version: '1.0.0', options: OPTIONS } as const

const notifier = (run: (given: unknown) => NotifyResult | Promise<NotifyResult>) =>
  defineNotifier({ ...facts, name: 'tell-x', summary: 'tells x', run })
const source = (run: (given: unknown) => SecretResult | Promise<SecretResult>) =>
  defineSecrets({ ...facts, name: 'ask-x', summary: 'asks x', run })

test('a notifier is handed typed options and the notification', async () => {
  const notification = aNotification()
  const run = ({ options, notification: got }: { options: unknown; notification: unknown }) => {
    assert.deepEqual([options, got], [GIVEN, notification])
    return sent('told', { reference: '<1@x>', warnings: ['slow'] })
  }
  const result = await defineNotifier({ ...facts, name: 'tell-x', summary: 'tells x', run }).evaluate({
    arguments: { ...GIVEN },
    notification,
  })
  assert.deepEqual(result, { status: 'ok', summary: 'told', reference: '<1@x>', warnings: ['slow'] })
})

test('a secret plugin is handed options, service and lease', async () => {
  const lease = { id: 'db/1', durationMs: 1000 }
  const run = (context: { service: unknown; lease: unknown }) => {
    assert.deepEqual([context.service, context.lease], ['api', lease])
    return provided('1 secret', { secrets: { a: 'b' } })
  }
  const plugin = defineSecrets({ ...facts, name: 'ask-x', summary: 'asks x', run })
  const result = await plugin.evaluate({ arguments: GIVEN, service: 'api', lease })
  assert.deepEqual(result, { status: 'ok', summary: '1 secret', secrets: { a: 'b' } })
})

type Case = readonly [what: string, document: Record<string, unknown>, summary: RegExp]

const WRONG: readonly Case[] = [
  ['no arguments', {}, /^--server is missing: the server; see `tell-x --help`$/],
  ['no receiver', { arguments: { server: 'x' } }, /^--to is missing: receivers/],
  ['arguments that are no map', { arguments: ['--server=x'] }, /^`arguments` of the document is no JSON object/],
  [
    'an unknown argument',
    { arguments: { ...GIVEN, pasword: 'hunter2' } },
    /^unknown option `pasword`, expected one of --server/,
  ],
  [
    'a map as a value',
    { arguments: { ...GIVEN, server: { a: 'hunter2' } } },
    /^`server` is a map, expected a plain value/,
  ],
  ['a list for one value', { arguments: { ...GIVEN, server: ['a', 'b'] } }, /^--server is given 2 times/],
  [
    'no notification',
    { arguments: GIVEN, notification: undefined },
    /^`notification` of the document is no JSON object/,
  ],
  ['no id', { arguments: GIVEN, notification: { ...aNotification(), id: 7 } }, /^the notification has no `id`/],
  [
    'a count of half',
    { arguments: GIVEN, notification: { ...aNotification(), count: 0.5 } },
    /^the notification has no `count`/,
  ],
  [
    'a title of several',
    { arguments: GIVEN, notification: { ...aNotification(), title: ['a'] } },
    /^`title` of the notification is no text/,
  ],
]

for (const [what, document, summary] of WRONG)
  test(`a document with ${what} is refused for good`, async () => {
    const run = () => assert.fail('was run')
    const result = await notifier(run).evaluate({ notification: aNotification(), ...document })
    assert.deepEqual([result.status, result.reason], ['failed', 'arguments'])
    assert.match(result.summary, summary)
    assert.doesNotMatch(result.summary, /hunter2/)
  })

test('a secret is read from the document and refused on the command line', () => {
  const options = { password: OPTIONS.password } as const
  assert.deepEqual(parseOptions(options, [], { password: 'hunter2' }), { password: 'hunter2' })
  assert.deepEqual(parseOptions(options, [], { password: null }), { password: undefined })
  for (const argv of [['--password=hunter2'], ['--password', 'hunter2'], ['--password']])
    assert.throws(
      () => parseOptions(options, argv),
      (error: Error) =>
        /^--password is secret and never read from/.test(error.message) && !/hunter2/.test(error.message),
    )
  assert.deepEqual(optionsSchema(OPTIONS).required, ['server', 'to'])
  const { password } = optionsSchema(OPTIONS).properties as Record<string, unknown>
  assert.deepEqual(password, { type: 'string', writeOnly: true, description: 'the password' })
})

test('mistakes of a plugin and slow answers may pass, and say so', async () => {
  const document = { arguments: GIVEN, notification: aNotification() }
  const boom = () => {
    throw new Error('boom')
  }
  const broken = await notifier(boom).evaluate(document)
  assert.deepEqual(broken, { status: 'retry', summary: 'tell-x failed: boom', reason: 'defect' })
  const slow = await notifier(() => new Promise(() => undefined)).evaluate(document, { deadlineMs: Date.now() + 20 })
  assert.deepEqual(slow, { status: 'retry', summary: 'no result before the deadline', reason: 'late' })
  const both = () => {
    throw invalidOptions('both cannot be')
  }
  assert.equal((await notifier(both).evaluate(document)).status, 'failed')
})

test('an error of a secret plugin is told without its message, which may show what it read', async () => {
  const defects: Error[] = []
  const run = () => JSON.parse('hunter2') as SecretResult
  const result = await source(run).evaluate({ arguments: GIVEN }, { onDefect: (error) => defects.push(error as Error) })
  assert.deepEqual(result, {
    status: 'retry',
    summary: 'ask-x failed: SyntaxError (its message is left out, as it may hold secrets)',
    reason: 'defect',
  })
  assert.match(defects[0]?.stack ?? '', /^SyntaxError \(its.*\n +at JSON\.parse/)
  assert.doesNotMatch(defects[0]?.stack ?? '', /hunter2/)
})

test('every answer is a line of its contract', () => {
  const warnings = ['a\nb\u202e', 'x'.repeat(5000), ...Array<string>(30).fill('more')]
  const long = '\u{1f600}'.repeat(3000).slice(1)
  for (const result of [
    sent(long, { warnings }),
    retry('later', { warnings, retryAfterMs: 5 }),
    failed('no', { reason: 'denied' }),
  ])
    assert.equal(parseNotifyResult(renderOutcome(result), 'x').status, result.status)
  const lease = { id: 'a', durationMs: 1 }
  for (const result of [
    provided(long, { secrets: { a: 'b' }, lease, renewable: true, warnings }),
    provided('renewed', { renewed: true }),
  ])
    assert.equal(parseSecretResult(renderOutcome(result), 'x').status, 'ok')
})

test('the exit codes are those of the contracts', () => {
  assert.deepEqual(OUTCOME_CODES, OUTCOME_EXIT_CODES)
})
