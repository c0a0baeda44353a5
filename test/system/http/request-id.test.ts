// Which request it was, in the error of a server that failed: what its owner looks for in the log.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { CodedError } from '../../../schemas/errors.ts'
import { callRefusalOf } from '../../../system/http/call-refusal.ts'
import type { Answer } from '../../../system/http/open-http.ts'
import { refusalOf } from '../../../system/http/refusal.ts'

const ID = '82dcc1be-21ba-41af-b3ee-bf6dff68271c'

/** What the error tells, of a read and of a call of the API that got the same answer. */
async function idsOf(status: number, requestId: unknown): Promise<unknown[]> {
  const text = JSON.stringify({
    status,
    detail: 'it failed',
    code: 'NO_SPACE',
    details: { requestId: 'not this' },
    requestId,
  })
  const headers = { 'content-type': 'application/problem+json' }
  const url = new URL('https://plugins.example.com/repos/core.yaml')
  const answer = { status, headers, url, body: Readable.from([Buffer.from(text)]), discard: () => undefined }
  const errors = [
    await refusalOf(answer as unknown as Answer),
    callRefusalOf({ status, headers, text }, 'POST x', { address: 'name it' }),
  ]
  return errors.map((error) => (error instanceof CodedError ? error.details.requestId : error))
}

test('an answer that says that the server failed is told with the id of its request', async () => {
  for (const status of [500, 503, 507]) assert.deepEqual(await idsOf(status, ID), [ID, ID])
})

test('what a person did wrong is told without it, and what is no id is nobody’s', async () => {
  assert.deepEqual(await idsOf(422, ID), [undefined, 'not this'])
  for (const strange of ['short', 'x'.repeat(65), `${ID}\n`, '\u001b[31m12345678', 7, null, [ID]])
    assert.deepEqual(await idsOf(500, strange), [undefined, 'not this'], String(strange))
})
