import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { problemAnswer } from '../../../../registry/server/http/problem.ts'
import { coded } from '../../../../schemas/errors.ts'

const logger = pino({ enabled: false })

/** What the system says when it is short of something, and what a client is answered. */
const shortages = { EMFILE: 503, ENFILE: 503, ENOMEM: 503, EAGAIN: 503, ENOSPC: 507, EDQUOT: 507 }

for (const [code, status] of Object.entries(shortages))
  test(`${code} is no defect: whoever reads or writes is told to come again by ${status}`, () => {
    const answer = problemAnswer(Object.assign(new Error('short'), { code }), 'r1', logger)
    assert.equal(answer.status, status)
    assert.equal(answer.headers['Retry-After'], status === 503 ? '1' : undefined)
  })

test('what nobody foresaw is answered with the request id and nothing of the reason', () => {
  const answer = problemAnswer(new Error('a secret reason'), 'r1', logger)
  assert.equal(answer.status, 500)
  assert.match(answer.body, /r1/)
  assert.doesNotMatch(answer.body, /secret/)
})

test('an endless word in the details of a refusal is cut in its answer', () => {
  const refusal = coded('USAGE', { message: 'm', details: { word: 'x'.repeat(1024 * 1024) } })
  const { body } = problemAnswer(refusal, 'r1', logger)
  assert.ok(body.length < 32 * 1024, `${body.length} characters`)
})
