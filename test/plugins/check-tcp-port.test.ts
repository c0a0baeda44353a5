// check-tcp-port against real sockets.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import test from 'node:test'
import { check } from '../../plugins/check-tcp-port/check.ts'
import { freePort, listening } from '../support/machine/listening.ts'

test('passes when a port is free, and leaves it free', async (t) => {
  const port = await freePort()
  const { status, summary } = await check.evaluate([`--port=${port}`])
  assert.deepEqual([status, summary], ['ok', `port ${port} is free`])
  assert.equal(await listening(t, createServer(), { port }), port)
})

test('fails when the port is taken on any address', async (t) => {
  for (const host of ['127.0.0.1', '0.0.0.0', '::1', '::']) {
    const port = await listening(t, createServer(), { host, ipv6Only: host.includes(':') })
    const { status, summary, details } = await check.evaluate([`${port}`])
    assert.equal(status, 'critical', `${host}: ${summary}`)
    assert.match(summary, new RegExp(`^port ${port} is in use: .+ is taken$`))
    assert.equal(details?.code, 'EADDRINUSE')
  }
})

test('looks only at the address it was given', async (t) => {
  const port = await listening(t, createServer(), { host: '127.0.0.1' })
  assert.equal((await check.evaluate([`--port=${port}`, '--host=127.0.0.1'])).status, 'critical')
  assert.equal((await check.evaluate([`--port=${port}`, '--host=127.0.0.2'])).status, 'ok')
  const elsewhere = await check.evaluate([`--port=${port}`, '--host=192.0.2.1'])
  assert.equal(elsewhere.summary, `192.0.2.1:${port}: this machine has no address 192.0.2.1`)
})

test('passes with `--expect open` when something accepts connections, and fails when not', async (t) => {
  const port = await listening(t, createServer())
  const open = await check.evaluate([`--port=${port}`, '--expect=open'])
  assert.equal(open.status, 'ok', open.summary)
  assert.equal(open.metrics?.[0]?.name, 'latency')
  const closed = await freePort()
  const { status, summary } = await check.evaluate([`--port=${closed}`, '--expect', 'open', '--host=127.0.0.1'])
  assert.deepEqual([status, summary], ['critical', `127.0.0.1:${closed} is not open: refused: nothing listens there`])
})
