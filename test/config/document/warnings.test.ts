// Problems of a config are collected where somebody wants all of them; a mistake in octo is none of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attempt, attemptEach, openWarnings } from '../../../config/document/warnings.ts'
import type { CodedError } from '../../../schemas/errors.ts'
import { coded } from '../../../schemas/errors.ts'

const problem = (message: string) => coded('CONFIG_INVALID', { message })

function thrower(error: unknown) {
  return (): never => {
    throw error
  }
}

test('a problem is told where somebody wants all of them, and ends the reading where nobody does', () => {
  const found: CodedError[] = []
  const wrong = problem('wrong')
  assert.equal(
    attempt(
      openWarnings((one) => found.push(one)),
      thrower(wrong),
    ),
    undefined,
  )
  assert.deepEqual(found, [wrong])
  assert.throws(
    () => attempt(openWarnings(), thrower(wrong)),
    (error) => error === wrong,
  )
})

test('of several all are told, and then the first ends what is of no use without them', () => {
  const found: string[] = []
  const warnings = openWarnings(({ message }) => found.push(message))
  const read = (text: string) => (text.startsWith('bad') ? thrower(problem(text))() : text.length)
  assert.deepEqual(attemptEach(['a', 'bc'], warnings, read), [1, 2])
  assert.throws(() => attemptEach(['a', 'bad 1', 'b', 'bad 2'], warnings, read), { message: 'bad 1' })
  assert.deepEqual(found, ['bad 1', 'bad 2'])
})

test('a mistake in octo is no problem of the config, and passes for none', () => {
  const found: unknown[] = []
  const warnings = openWarnings((one) => found.push(one))
  const mistake = new TypeError('x is not a function')
  const isMistake = (error: unknown) => error === mistake
  assert.throws(() => attempt(warnings, thrower(mistake)), isMistake)
  assert.throws(() => attemptEach(['a'], warnings, thrower(mistake)), isMistake)
  assert.deepEqual(found, [])
})
