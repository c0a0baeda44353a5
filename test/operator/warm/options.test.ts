// The plain form of `octo run`, read by hand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRunWords } from '../../../operator/warm/options.ts'

test('plugin, flags, config and the words of the plugin are told apart', () => {
  assert.deepEqual(readRunWords(['x@^1']), { request: 'x@^1', argv: [] })
  assert.deepEqual(readRunWords(['--frozen', 'x', '--offline', '--', '--config', 'a']), {
    ...{ request: 'x', argv: ['--config', 'a'] },
  })
  assert.deepEqual(readRunWords(['x', 'one', '--config', 'c.yaml', '--', '--', 'two']), {
    ...{ request: 'x', argv: ['one', '--', 'two'], config: 'c.yaml' },
  })
  assert.deepEqual(readRunWords(['--config=c.yaml', 'x']), { request: 'x', argv: [], config: 'c.yaml' })
})

test('everything else is left to the full command line', () => {
  const rows = [[], ['--help'], ['x', '-v'], ['--'], ['x', '--config'], ['x', '--config='], ['--frozen']]
  for (const words of [...rows, ['x', '--config', 'a', '--config', 'b'], ['x', '--strange']])
    assert.equal(readRunWords(words), undefined, words.join(' '))
})
