// Where the documents and files of a repo lie: beside its address, whose last part is its name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repoAddressOf } from '../../../client/sources/repo-address.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

for (const end of ['yaml', 'yml'])
  test(`the documents of a repo at an address with .${end} lie beside it`, () => {
    const { name, yaml, json } = repoAddressOf(`https://plugins.example/repos/core.${end}`)
    assert.deepEqual(
      [name, yaml.href, json.href],
      ['core', `https://plugins.example/repos/core.${end}`, 'https://plugins.example/repos/core.json'],
    )
  })

for (const end of ['', 'core', 'core.json', '.yaml', 'Core.yaml', 'core%2f.yaml', 'a..b.yaml', 'core.yaml/'])
  test(`refuses an address whose last part is no name of a repo: ${end || 'none'}`, () => {
    const act = () => repoAddressOf(`https://me:secret@plugins.example/repos/${end}`)
    const { message } = expectCode('CONFIG_INVALID', act)
    assert.match(message, /does not end with a repo name/)
    assert.doesNotMatch(message, /secret/)
  })
