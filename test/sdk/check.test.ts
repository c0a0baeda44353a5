// A check in its own process: what becomes of its answer, its mistakes and its deadline.
import assert from 'node:assert/strict'
import test from 'node:test'
import { defineCheck, invalidOptions, ok } from '../../sdk/index.ts'

const base = { name: 'check-x', version: '1.0.0', summary: 'x holds', options: {} } as const

test('gives what the check says', async () => {
  const check = defineCheck({ ...base, run: () => ok('x holds', { details: { x: 1 } }) })
  assert.deepEqual(await check.evaluate([]), { status: 'ok', summary: 'x holds', details: { x: 1 } })
})

test('hands typed options to the check', async () => {
  const options = { port: { type: 'integer', required: true, description: 'the port' } } as const
  const check = defineCheck({ ...base, options, run: ({ options: { port } }) => ok(`port ${port + 1}`) })
  assert.equal((await check.evaluate(['--port=1'])).summary, 'port 2')
})

test('reports options that contradict each other as unknown, without a defect', async () => {
  const defects: unknown[] = []
  const run = () => {
    throw invalidOptions('both cannot be')
  }
  const result = await defineCheck({ ...base, run }).evaluate([], { onDefect: (error) => defects.push(error) })
  assert.deepEqual(result, { status: 'unknown', summary: 'both cannot be; see `check-x --help`' })
  assert.deepEqual(defects, [])
})

test('reports an exception as unknown and hands the error on', async () => {
  const defects: unknown[] = []
  const failure = new Error('boom\nsecond line')
  const check = defineCheck({ ...base, run: () => Promise.reject(failure) })
  const result = await check.evaluate([], { onDefect: (error) => defects.push(error) })
  assert.deepEqual(result, { status: 'unknown', summary: 'check-x failed: boom' })
  assert.deepEqual(defects, [failure])
})

test('aborts the signal before the deadline, so that the check can still say what it knows', async () => {
  const run = ({ signal }: { signal: AbortSignal }) =>
    new Promise<ReturnType<typeof ok>>((resolve) =>
      signal.addEventListener('abort', () => resolve(ok('half an answer'))),
    )
  const result = await defineCheck({ ...base, run }).evaluate([], { deadlineMs: Date.now() + 50 })
  assert.equal(result.summary, 'half an answer')
})

test('answers for a check that ignores the deadline', async () => {
  const check = defineCheck({ ...base, run: () => new Promise<never>(() => undefined) })
  const result = await check.evaluate([], { deadlineMs: Date.now() + 20 })
  assert.deepEqual(result, { status: 'unknown', summary: 'no result before the deadline' })
})
