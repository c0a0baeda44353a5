import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTokenText, isTokenText, tokenDigest } from '../../../registry/auth/token-text.ts'

test('a new token is written as octo_ with 43 secret characters and a checksum', () => {
  const token = createTokenText()
  assert.match(token, /^octo_[0-9A-Za-z]{49}$/)
  assert.ok(isTokenText(token))
  assert.notEqual(createTokenText(), token)
  assert.match(tokenDigest(token), /^[0-9a-f]{64}$/)
})

test('a typing mistake anywhere in a token is noticed without looking it up', () => {
  const token = createTokenText()
  for (let at = 5; at < token.length; at++) {
    const typo = token[at] === 'A' ? 'B' : 'A'
    assert.equal(isTokenText(token.slice(0, at) + typo + token.slice(at + 1)), false, String(at))
  }
  for (const text of ['', 'octo_', token.slice(1), `${token} `, `${token}A`, token.toLowerCase()])
    assert.equal(isTokenText(text), false, text)
})

test('a text of another form is no token, even when its checksum is right', () => {
  const token = createTokenText()
  for (const prefix of ['Octo_', 'acto_', 'octo-', '\nocto', '     ']) {
    const text = prefix + token.slice('octo_'.length)
    assert.equal(isTokenText(text), false, text)
  }
})
