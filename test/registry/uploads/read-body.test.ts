// A body ends in one of four ways: whole, too large, broken off by its client, or stopped from here.
import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import { readBody, readWholeBody } from '../../../registry/uploads/read-body.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'

const never = new AbortController().signal

/** Whatever comes before the body ends. */
async function readAll(body: Readable, signal = never): Promise<string> {
  let text = ''
  for await (const chunk of readBody(body, signal)) text += chunk
  return text
}

test('a body is read to its end, in pieces that come when they come', async () => {
  const body = new PassThrough()
  body.write('one ')
  setImmediate(() => body.write('two '))
  setImmediate(() => setImmediate(() => body.end('three')))
  assert.equal(await readAll(body), 'one two three')
})

const ENDS: Readonly<Record<string, { readonly error?: Error; readonly later: boolean }>> = {
  'without a word': { later: false },
  'without a word, while more is waited for': { later: true },
  'by an error': { error: new Error('reset'), later: false },
  'by an error, while more is waited for': { error: new Error('reset'), later: true },
}

for (const [how, { error, later }] of Object.entries(ENDS))
  test(`a body that is broken off ${how} is not taken for a whole one`, async () => {
    const body = new PassThrough()
    body.on('error', () => {})
    body.write('some')
    const breakOff = () => void body.destroy(error)
    if (later) setImmediate(breakOff)
    else breakOff()
    const { cause } = await expectCodeAsync('CLIENT_GONE', () => readAll(body))
    assert.equal(cause ?? undefined, error)
  })

test('a body that is stopped from here ends with the reason, before and while it is waited for', async () => {
  const reason = new Error('stopping')
  await assert.rejects(readAll(Readable.from(['some']), AbortSignal.abort(reason)), reason)
  const stop = new AbortController()
  setImmediate(() => stop.abort(reason))
  await assert.rejects(readAll(new PassThrough(), stop.signal), reason)
})

test('a small body is taken up to its limit, and not one byte beyond', async () => {
  const read = (...chunks: string[]) =>
    readWholeBody(Readable.from(chunks.map(Buffer.from), { objectMode: false }), 10, never)
  assert.equal(String(await read('12345', '67890')), '1234567890')
  for (const chunks of [['12345678901'], ['1234567890', '1'], ['12345', '678901']]) {
    const { details } = await expectCodeAsync('LIMIT_EXCEEDED', () => read(...chunks))
    assert.deepEqual(details, { maxBytes: 10 })
  }
})
