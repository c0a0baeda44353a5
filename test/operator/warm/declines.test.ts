// When a warm run is left to the full path: whenever anything is not as it was, or not as octo can tell.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { main } from '../../../operator/warm/main.ts'

test('what is no plain `octo run` is left to the full path', () => {
  const rows = [[], ['check'], ['run'], ['run', '--help'], ['run', 'x', '-v'], ['run', 'x', '--', '\ufffd']]
  for (const words of rows) assert.equal(main(words), undefined, words.join(' '))
})
