// Reading wrk's report; an error answer must never count as a fast one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseReport } from '../../bench/wrk.ts'

const report = (extra = '') => `Running 5s test @ http://127.0.0.1:1/x
  1 threads and 50 connections
  342060 requests in 5.00s, 11.21GB read
${extra}Requests/sec:  68412.07
Transfer/sec:      2.24GB
`

test('reads requests and bytes per second', () => {
  const { requestsPerSecond, bytesPerSecond } = parseReport(report())
  assert.equal(requestsPerSecond, 68412.07)
  assert.equal(bytesPerSecond, 2.24 * 1024 ** 3)
})

test('refuses a report with error answers or broken connections', () => {
  assert.throws(() => parseReport(report('  Non-2xx or 3xx responses: 3\n')), /Non-2xx/)
  assert.throws(() => parseReport(report('  Socket errors: connect 0, read 9, write 0, timeout 0\n')), /Socket errors/)
})

test('refuses a report that is none', () => {
  assert.throws(() => parseReport('unable to connect'), /no report/)
})
