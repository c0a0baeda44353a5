import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coded, throwDefect, withHint } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'

test('a refusal is dealt with where it is caught, and a defect of octo is thrown on as it is', () => {
  throwDefect(coded('USAGE', { message: 'refused' }))
  for (const defect of [
    new TypeError('x is undefined'),
    { code: 'USAGE', message: 'looks like one' },
    'text',
    undefined,
  ])
    assert.throws(
      () => throwDefect(defect),
      (thrown) => thrown === defect,
    )
})

test('words from outside are cut in what is sent and logged of an error, wherever they stand in its details', () => {
  const long = 'x'.repeat(100_000)
  const error = coded('USAGE', {
    message: 'm',
    details: { long, list: [long, 1], deep: { long, at: null }, short: 'y' },
  })
  const cut = `${'x'.repeat(16 * 1024)}…`
  const { details } = JSON.parse(JSON.stringify(error))
  assert.deepEqual(details, { long: cut, list: [cut, 1], deep: { long: cut, at: null }, short: 'y' })
  assert.equal(error.details.long, long, 'who decides by it has all of it')
})

test('what is sent of an error is read again by a strict reader, wherever a word of it is cut', () => {
  const details = { cut: `x${'😀'.repeat(10_000)}`, half: 'a\ud83d' }
  const sent = JSON.stringify(coded('USAGE', { message: 'm', details }))
  const read = parseJson(sent, 'answer', 1024 * 1024) as { details: typeof details }
  assert.equal(read.details.cut, `x${'😀'.repeat(8 * 1024 - 1)}\ufffd…`)
  assert.equal(read.details.half, 'a\ufffd')
})

test('the place of a problem stands before the message, and whoever shows it otherwise has the rest', () => {
  const error = coded('CONFIG_INVALID', { place: '`a` line 2', message: 'is wrong' })
  for (const one of [error, withHint(error, 'mend it')])
    assert.deepEqual([one.message, one.place, one.problem], ['`a` line 2: is wrong', '`a` line 2', 'is wrong'])
  assert.equal(coded('USAGE', { message: 'm' }).problem, 'm')
})
