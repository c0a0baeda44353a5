// Every word of the publisher explains itself with an example, and mistakes in words are usage errors.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WORDS } from '../../../terminal/commands.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'

const words = WORDS.filter(({ part }) => part === 'publisher').map(({ word }) => [word])

for (const command of [...words, ['repo', 'build']])
  test(`octo ${command.join(' ')} --help shows an example`, async () => {
    const { code, stdout } = await typeOcto([...command, '--help'])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`Examples:\\n {2}\\$ .*octo ${command.join(' ')}`))
  })

test('unknown flags and missing arguments are usage errors', async () => {
  for (const command of [['build', '--nope'], ['init'], ['yank'], ['repo'], ['repo', 'build', '--out', 'x']])
    assert.equal((await typeOcto(command)).code, 64, command.join(' '))
})
