// check-tcp against real sockets.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { check } from '../../plugins/check-tcp/check.ts'
import { freePort, listening } from '../support/machine/listening.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

test('passes when a port accepts connections, with the latency', async (t) => {
  const port = await listening(t, createServer())
  for (const argv of [[`--port=${port}`], [`${port}`], [`localhost:${port}`], [`--address=127.0.0.1:${port}`]]) {
    const { status, summary, metrics, details } = await check.evaluate(argv)
    assert.equal(status, 'ok', summary)
    assert.match(summary, new RegExp(`:${port} accepts connections \\([0-9.]+ m?s\\)$`))
    assert.deepEqual(details, { address: '127.0.0.1', family: 'IPv4' })
    assert.equal(metrics?.[0]?.name, 'latency')
    assert.ok((metrics?.[0]?.value ?? -1) >= 0)
  }
})

test('reaches a server that listens on IPv6 only', async (t) => {
  const port = await listening(t, createServer(), { host: '::1', ipv6Only: true })
  const { status, details } = await check.evaluate(['--host=::1', `--port=${port}`])
  assert.deepEqual([status, details], ['ok', { address: '::1', family: 'IPv6' }])
  assert.equal((await check.evaluate([`--address=[::1]:${port}`, '--network=tcp6'])).status, 'ok')
})

test('takes only the family that it was told to take', async (t) => {
  const port = await listening(t, createServer())
  assert.equal((await check.evaluate(['--network=tcp4', `--port=${port}`])).status, 'ok')
  assert.equal((await check.evaluate(['--network=tcp6', '--host=::1', `--port=${port}`])).status, 'critical')
})

test('connects to a Unix socket', async (t) => {
  const dir = tempFolder(t)
  const path = join(dir, 'app.sock')
  await listening(t, createServer(), { path })
  const { status, summary } = await check.evaluate(['--network=unix', `--address=${path}`])
  assert.equal(status, 'ok', summary)
  for (const address of [path, `unix://${path}`]) assert.equal((await check.evaluate([address])).status, 'ok', address)
  const missing = await check.evaluate(['--network=unix', `--address=${dir}/other.sock`])
  assert.deepEqual([missing.status, missing.summary], ['critical', `${dir}/other.sock: no such socket`])
})

test('fails when nothing listens, and says so', async () => {
  const port = await freePort()
  const { status, summary } = await check.evaluate([`--host=127.0.0.1`, `--port=${port}`])
  assert.deepEqual([status, summary], ['critical', `127.0.0.1:${port}: refused: nothing listens there`])
})

test('fails when the host name leads nowhere', async () => {
  const { status, summary } = await check.evaluate(['--host=nothing.invalid', '--port=1', '--timeout=60s'])
  assert.equal(status, 'critical')
  assert.match(summary, /^nothing\.invalid:1: host name (not found|could not be looked up)$/)
})

test('warns or fails when connecting takes longer than allowed', async (t) => {
  const port = await listening(t, createServer())
  const warned = await check.evaluate([`--port=${port}`, '--warn-after=0ms'])
  assert.deepEqual([warned.status, warned.metrics?.[0]?.warn], ['warn', 0])
  assert.match(warned.summary, /accepts connections but slowly/)
  const failed = await check.evaluate([`--port=${port}`, '--warn-after=0ms', '--crit-after=0ms'])
  assert.deepEqual([failed.status, failed.metrics?.[0]?.crit], ['critical', 0])
})

test('asks for an address when there is none, or two', async () => {
  const problems = {
    '--port or --address is needed': [],
    '--address names the port already, expected no --port': ['db:1', '--port=2'],
    '--address is needed: the path of the Unix socket': ['--network=unix'],
    'a Unix socket has no host and port': ['--network=unix', '--address=/x', '--port=2'],
  }
  for (const argv of [['unix://'], ['--network=unix', '--address=']])
    assert.match((await check.evaluate(argv)).summary, /^--address is needed: the path of the Unix socket/)
  for (const [problem, argv] of Object.entries(problems)) {
    const { status, summary } = await check.evaluate(argv)
    assert.deepEqual([status, summary], ['unknown', `${problem}; see \`check-tcp --help\``])
  }
})
