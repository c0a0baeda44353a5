import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allows, parseScope, scopeWords } from '../../../registry/auth/scope.ts'
import type { TokenAction } from '../../../schemas/api.ts'
import type { Name } from '../../../schemas/name.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const asks = (scope: string, action: TokenAction, name: string) => {
  const [repo, plugin] = name.split('/') as [Name, Name]
  return allows([parseScope(scope)], action, repo, plugin)
}

for (const [scope, action, name, allowed] of [
  ['core/*', 'publish', 'core/hello', true],
  ['core/*', 'yank', 'core/hello', true],
  ['core/*', 'quarantine', 'core/hello', false],
  ['core/*', 'publish', 'other/hello', false],
  ['core/check-*:publish', 'publish', 'core/check-tcp', true],
  ['core/check-*:publish', 'publish', 'core/checks', false],
  ['core/hello:publish', 'publish', 'core/hello2', false],
  ['core/hello:publish', 'yank', 'core/hello', false],
  ['*/*:admin', 'quarantine', 'core/hello', true],
] as const)
  test(`the scope ${scope} ${allowed ? 'allows' : 'does not allow'} to ${action} ${name}`, () => {
    assert.equal(asks(scope, action, name), allowed)
  })

test('a scope that cannot be understood is refused', () => {
  for (const text of ['', 'core', 'core/', '/x', 'core/*/x', 'core/*:fly', 'core/*:', 'Core/*', 'c*re/x', 'core/.*'])
    expectCode('USAGE', () => parseScope(text))
})

test('a repo is read as a whole or not at all', () => {
  for (const text of ['core/hello:read', 'core/check-*:read', '*/hello:publish,read']) {
    const { message, hint } = expectCode('USAGE', () => parseScope(text))
    assert.match(message, /^a repo is read as a whole, found a scope that allows to read `/, text)
    assert.match(hint ?? '', /\/\*:read` as a scope of its own$/, text)
  }
  assert.deepEqual(parseScope('core/*:read').actions, ['read'])
})

for (const [scope, words] of [
  ['core/*', 'publish, yank in core'],
  ['core/hello:publish', 'publish in core: hello'],
  ['core/check-*:yank', 'yank in core: check-*'],
  ['*/*:admin', 'everything in every repo'],
  ['core/*:publish,admin', 'everything in core'],
  ['*/hello:publish', 'publish in every repo: hello'],
  ['acme-*/*:quarantine', 'quarantine in repos acme-*'],
] as const)
  test(`the scope ${scope} is shown to people as ${words}`, () => {
    assert.equal(scopeWords(parseScope(scope)), words)
  })
