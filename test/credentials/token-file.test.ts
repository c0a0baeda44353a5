// The file of tokens: what one login keeps, another one at the same time does not lose.
import assert from 'node:assert/strict'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { changeToken, readTokens } from '../../credentials/token-file.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const registry = (name: string) => `https://${name}.example`

test('logins and logouts at once are all kept, in a file for its user alone', async (t) => {
  const path = join(tempFolder(t), 'octo/tokens.json')
  await changeToken(path, registry('old'), 'octo_old')
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const [hadOld, ...had] = await Promise.all([
    changeToken(path, registry('old'), undefined),
    ...names.map((name) => changeToken(path, registry(name), `octo_${name}`)),
  ])
  assert.deepEqual([hadOld, new Set(had)], [true, new Set([false])])
  const expected = Object.fromEntries(names.map((name) => [registry(name), `octo_${name}`]))
  assert.deepEqual(await readTokens(path), expected)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('where no file can be there are no tokens, and a folder in its place is an error', async (t) => {
  const path = join(tempFolder(t), 'octo/tokens.json')
  assert.deepEqual(await readTokens(path), {})
  writeFileSync(dirname(path), 'a file')
  assert.deepEqual(await readTokens(path), {})
  const folder = join(tempFolder(t), 'tokens.json')
  mkdirSync(folder, { mode: 0o700 })
  await expectCodeAsync('IO_FAILED', () => readTokens(folder))
})
