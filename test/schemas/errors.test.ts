import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coded, throwDefect } from '../../schemas/errors.ts'

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
