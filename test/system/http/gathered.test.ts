import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Gathered } from '../../../system/http/gathered.ts'

test('a body that comes byte by byte takes the memory of its bytes, not of what came with each', () => {
  const gathered = new Gathered()
  const expected = Buffer.alloc(20_000, 'abc')
  for (const byte of expected) gathered.add(Buffer.alloc(1024, byte).subarray(0, 1))
  const whole = gathered.whole()
  assert.ok(whole.equals(expected))
  assert.ok(whole.buffer.byteLength <= 2 * expected.length, `${whole.buffer.byteLength} bytes`)
})
