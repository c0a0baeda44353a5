// What an operator plugin is called with: the words of octoctl.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OperatorOptions, OperatorWord } from '../../../operator/operators/operator.ts'
import { operatorWords } from '../../../operator/operators/operator-words.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const ROWS: readonly (readonly [OperatorWord, readonly string[], OperatorOptions, string])[] = [
  ['start', [], {}, 'start'],
  ['start', [], { dryRun: true }, 'start --dry-run'],
  ['stop', [], { dryRun: true }, 'stop --dry-run'],
  ['restart', ['web', 'db'], {}, 'restart web db'],
  ['status', [], {}, 'status'],
  ['show', [], {}, 'show'],
  ['logs', [], {}, 'logs'],
  ['logs', ['web'], { follow: true }, 'logs --follow web'],
  ['exec', ['web', 'ls'], {}, 'exec web ls'],
  ['exec', ['web', 'ls', '-la'], {}, 'exec -- web ls -la'],
  ['exec', ['web', 'sh', '-c', 'exit 3'], {}, 'exec -- web sh -c exit 3'],
  ['exec', ['web', '--', 'sh', '-c', 'exit 3'], {}, 'exec -- web sh -c exit 3'],
  ['compose', [], {}, 'compose'],
  ['compose', ['ps'], {}, 'compose -- ps'],
  ['compose', ['ps', '-a'], {}, 'compose -- ps -a'],
]
for (const [word, args, options, words] of ROWS)
  test(`an operator is called with \`${words}\``, () =>
    assert.equal(operatorWords(word, args, options).join(' '), words))

for (const options of [{ foreground: true }, { timeout: '30s' }, { watch: true }, { since: '1h' }, { tail: '5' }])
  test(`\`--${Object.keys(options)[0]}\` is refused, as no plugin knows it`, () => {
    const { message, hint } = expectCode('USAGE', () => operatorWords('logs', [], options))
    assert.match(message, /for the operator `baremetal`/)
    assert.match(hint ?? '', /--operator baremetal/)
  })

test('names behind `status` are refused, as no plugin looks at them', () => {
  const { message } = expectCode('USAGE', () => operatorWords('status', ['web'], {}))
  assert.match(message, /^the name of a service behind `status` is for the operator `baremetal`/)
})
