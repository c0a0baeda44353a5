// Words of build commands: quoting as people expect it, and nothing else of a shell.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitCommand } from '../../../publisher/project/split-command.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const ROWS: readonly [string, readonly string[]][] = [
  ['go build -o out/x .', ['go', 'build', '-o', 'out/x', '.']],
  ["go build -ldflags='-s -w -buildid='", ['go', 'build', '-ldflags=-s -w -buildid=']],
  ['echo "a \\"b\\" c" d\\ e', ['echo', 'a "b" c', 'd e']],
  ['printf \'\' ""', ['printf', '', '']],
  ["awk '{print $1}' x", ['awk', '{print $1}', 'x']],
  ['A=1 B="2 3" make', ['A=1', 'B=2 3', 'make']],
  ["echo '|' '&&' \\;", ['echo', '|', '&&', ';']],
  ['  spaced \t out\n', ['spaced', 'out']],
]

for (const [line, words] of ROWS)
  test(`splits ${JSON.stringify(line)}`, () => {
    assert.deepEqual(splitCommand(line), words)
  })

for (const line of [
  'make && make install',
  'a | b',
  'a > b',
  'a 2>&1',
  'echo $HOME',
  'echo "$(id)"',
  'echo `id`',
  'a ; b',
  'a &',
])
  test(`refuses ${JSON.stringify(line)}, as no shell would see it`, () => {
    const error = expectCode('MANIFEST_INVALID', () => splitCommand(line))
    assert.match(error.message, /without a shell/)
  })

for (const line of ["echo 'open", 'echo "open', 'echo open\\'])
  test(`refuses ${JSON.stringify(line)}, which ends inside a quote`, () => {
    expectCode('MANIFEST_INVALID', () => splitCommand(line))
  })
