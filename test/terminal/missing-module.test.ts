// What cannot be loaded, in words for people.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCoded } from '../../schemas/errors.ts'
import { explainMissingModule } from '../../terminal/missing-module.ts'

test('an octo that was replaced while it ran is told to be asked again, and not that something is missing', () => {
  const error = Object.assign(new Error('octo was replaced while it ran'), { code: 'OCTO_REPLACED' })
  const explained = explainMissingModule(error)
  assert.ok(isCoded(explained, 'NOT_SET_UP'))
  assert.match(explained.message, /^octo was replaced by another build while it ran/)
  assert.equal(explained.hint, 'run the same command again; if it says the same, install octo again')
  assert.equal(explained.cause, error)
})

test('a file of octo that is damaged is named, with what can be done about it', () => {
  const error = Object.assign(new Error('Unexpected end of input'), { code: 'OCTO_DAMAGED', path: '/o/dist/rest.cjs' })
  const explained = explainMissingModule(error)
  assert.ok(isCoded(explained, 'NOT_SET_UP'))
  assert.equal(
    explained.message,
    '`/o/dist/rest.cjs`, a file of octo, is damaged or cannot be read (Unexpected end of input)',
  )
  assert.equal(explained.details.path, '/o/dist/rest.cjs')
})

test('a file of octo that this process has no room to open is not said to be damaged', () => {
  for (const code of ['EMFILE', 'ENFILE']) {
    const cause = Object.assign(new Error(`${code}: too many open files`), { code })
    const path = '/o/dist/rest.cjs'
    const explained = explainMissingModule(
      Object.assign(new Error(cause.message), { code: 'OCTO_DAMAGED', path, cause }),
    )
    assert.ok(isCoded(explained, 'NOT_SET_UP'))
    assert.match(explained.message, /^`\/o\/dist\/rest.cjs`, a file of octo, cannot be opened/)
    assert.match(explained.hint ?? '', /`ulimit -n`/)
  }
})

test('any other error is handed on as it is', () => {
  for (const error of [new Error('x'), Object.assign(new Error('x'), { code: 'ENOENT' }), undefined])
    assert.equal(explainMissingModule(error), error)
})
