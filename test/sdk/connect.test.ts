// Connecting: addresses as people write them, and failures in words.
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect, describeConnectError, parseEndpoint, renderEndpoint } from '../../sdk/index.ts'

test('reads every way to write host and port', () => {
  assert.deepEqual(parseEndpoint('db:5432'), { host: 'db', port: 5432 })
  assert.deepEqual(parseEndpoint('[::1]:80'), { host: '::1', port: 80 })
  assert.deepEqual(parseEndpoint(':80'), { host: 'localhost', port: 80 })
  assert.deepEqual(parseEndpoint('80', 'example.org'), { host: 'example.org', port: 80 })
})

test('refuses what is no address', () => {
  for (const text of ['', 'db', 'db:', 'db:0', 'db:65536', '::1:80', 'u@db:80', 'db:80/x', 'db: 80'])
    assert.throws(() => parseEndpoint(text), { name: 'InvalidOptions' })
})

test('writes addresses so that they can be read again', () => {
  assert.equal(renderEndpoint({ kind: 'tcp', host: '::1', port: 80 }), '[::1]:80')
  assert.equal(renderEndpoint({ kind: 'unix', path: '/run/x.sock' }), '/run/x.sock')
})

test('says once what several addresses of a host have in common', () => {
  const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
  const unreachable = Object.assign(new Error('x'), { code: 'ENETUNREACH' })
  assert.equal(describeConnectError(new AggregateError([refused, refused])), 'refused: nothing listens there')
  const both = 'refused: nothing listens there; network unreachable'
  assert.equal(describeConnectError(new AggregateError([refused, unreachable])), both)
})

test('gives up when the signal was aborted before', async () => {
  const reason = new Error('too late')
  await assert.rejects(connect({ kind: 'tcp', host: '127.0.0.1', port: 1 }, 1000, AbortSignal.abort(reason)), reason)
})
