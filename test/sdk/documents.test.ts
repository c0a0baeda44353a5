// Plugins that read a document, as programs in real child processes: standard input in, a line and an exit code out.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'
import { parseNotifyResult } from '../../schemas/contract/notification.ts'
import { parseSecretResult } from '../../schemas/contract/secrets.ts'
import { aNotification } from '../support/builders/a-notification.ts'
import { FROM_SOURCES } from '../support/machine/from-sources.ts'
import { bundledSdk } from '../support/sdk/bundled-sdk.ts'

const SDK = JSON.stringify(await bundledSdk('sdk/index.ts'))
const OPTIONS = `{ host: { type: 'string', description: 'h' }, password: { type: 'string', secret: true, description: 'p' } }`

function run(define: string, body: string, input: string, { argv = [] as string[], env = {} } = {}) {
  const program = `import { defineCheck, defineNotifier, defineSecrets, failed, ok, provided, retry, sent } from ${SDK}
    void ${define}({ name: 'x', version: '1.2.3', summary: 'does x', options: ${OPTIONS},
      run: async ({ options, notification, lease }) => { ${body} } }).main()`
  const words = [...FROM_SOURCES, '--input-type=module', '-e', program, '--', 'x', ...argv]
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    ...{ input, encoding: 'utf8', env: { ...process.env, ...env } },
  })
  return { code: status, last: stdout.trim().split('\n').at(-1) ?? '', out: stdout, err: stderr }
}

const document = (more: Record<string, unknown> = {}) =>
  JSON.stringify({ v: 1, arguments: { host: 'h', password: 'hunter2' }, notification: aNotification(), ...more })

test('a notifier ends with the exit code of its status', () => {
  const body = (status: string) => `return ${status}(options.host + ' ' + notification.kind)`
  for (const [status, code] of [
    ['sent', 0],
    ['retry', 75],
    ['failed', 69],
  ] as const) {
    const ended = run('defineNotifier', body(status), document())
    assert.deepEqual([ended.code, parseNotifyResult(ended.last, 'x').summary], [code, 'h failed'])
  }
})

const UNREADABLE: readonly (readonly [input: string, summary: RegExp])[] = [
  ['', /^standard input is empty/],
  [' \n', /^standard input is empty/],
  ['hunter2', /^standard input is no JSON/],
  ['["hunter2"]', /^standard input is no JSON object/],
  ['{"v":2,"password":"hunter2"}', /^the document on standard input is of another version/],
  [`"${'x'.repeat(5 * 1024 * 1024)}"`, /^standard input is larger than/],
]

test('what is no document fails for good, and is not repeated', () => {
  for (const [input, summary] of UNREADABLE) {
    const { code, last, out, err } = run('defineSecrets', 'return provided("", { secrets: {} })', input)
    const result = parseSecretResult(last, 'x')
    assert.deepEqual([code, result.status, result.reason], [69, 'failed', 'arguments'])
    assert.match(result.summary, summary)
    assert.doesNotMatch(out + err, /hunter2/)
  }
})

test('a secret plugin gives its secrets, and shows none when it crashes', () => {
  const given = run('defineSecrets', 'return provided("one", { secrets: { p: options.password } })', document())
  assert.deepEqual([given.code, parseSecretResult(given.last, 'x').secrets], [0, { p: 'hunter2' }])
  for (const body of [
    'JSON.parse(options.password)',
    'setImmediate(() => JSON.parse(options.password)); await new Promise(() => {})',
  ]) {
    const { code, last, out, err } = run('defineSecrets', body, document())
    assert.deepEqual([code, parseSecretResult(last, 'x').status], [75, 'retry'])
    assert.match(err, /SyntaxError \(its message is left out/)
    assert.doesNotMatch(out + err, /hunter2/)
  }
})

test('a check reads its secrets from the document, and nothing where there is none', () => {
  const body = 'return ok(options.host + " " + options.password)'
  const input = JSON.stringify({ v: 1, phase: 'health', arguments: { password: 'hunter2' } })
  const env = { OCTO_INPUT: 'json' }
  assert.match(run('defineCheck', body, input, { argv: ['--host=h'], env }).last, /"summary":"h hunter2"/)
  assert.match(run('defineCheck', body, 'not for me', { argv: ['--host=h'] }).last, /"summary":"h undefined"/)
})

test('the help says which options are secret', () => {
  const { out } = run('defineNotifier', '', '', { argv: ['--help'] })
  assert.match(out, /^x 1\.2\.3: does x\n/)
  assert.match(out, /\n {2}password +p \(secret: on standard input\)/)
})
