// check-server-url against a real HTTPS server whose certificate is for `localhost` and signed by nobody known.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:https'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { check } from '../../plugins/check-server-url/check.ts'
import { listening } from '../support/machine/listening.ts'

const file = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url))
const CA = `--ca-file=${file('localhost.crt')}`

async function secure(t: TestContext): Promise<number> {
  const pair = { key: readFileSync(file('localhost.key')), cert: readFileSync(file('localhost.crt')) }
  const server = createServer(pair, (_, response) => response.end('ready'))
  return listening(t, server)
}

test('fails when nobody known has signed the certificate', async (t) => {
  const { status, summary } = await check.evaluate([`https://localhost:${await secure(t)}/`])
  assert.equal(status, 'critical')
  assert.match(summary, /the TLS certificate is not trusted: self-signed certificate/)
})

test('passes when the authority is given, and measures how long the certificate lasts', async (t) => {
  const port = await secure(t)
  const { status, summary, details, metrics } = await check.evaluate([`https://localhost:${port}/`, CA])
  assert.equal(status, 'ok', summary)
  assert.equal(details?.certificateVerified, true)
  const { name, value, unit } = metrics?.[1] ?? {}
  assert.deepEqual([name, unit], ['certificate', 'd'])
  assert.ok((value ?? 0) > 1000)
  const soon = await check.evaluate([`https://localhost:${port}/`, CA, '--certificate-days=36500'])
  assert.equal(soon.status, 'warn')
  assert.match(soon.summary, /: the certificate ends in \d+ days$/)
})

test('wants the certificate to be for the host, or for the name that is given', async (t) => {
  const port = await secure(t)
  const other = await check.evaluate([`https://127.0.0.1:${port}/`, CA])
  assert.deepEqual(
    [other.status, other.summary.replace(/^\S+ /, '')],
    ['critical', 'the TLS certificate is for another name'],
  )
  const { status, summary } = await check.evaluate([`https://127.0.0.1:${port}/`, CA, '--server-name=localhost'])
  assert.equal(status, 'ok', summary)
})

test('accepts any certificate when told to, and says so', async (t) => {
  const { status, summary, details } = await check.evaluate([`https://127.0.0.1:${await secure(t)}/`, '--insecure'])
  assert.equal(status, 'ok', summary)
  assert.match(summary, /certificate not verified/)
  assert.equal(details?.certificateVerified, false)
})

test('never follows a redirect from HTTPS to HTTP', async (t) => {
  const pair = { key: readFileSync(file('localhost.key')), cert: readFileSync(file('localhost.crt')) }
  const down = createServer(pair, (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end())
  const { status, summary } = await check.evaluate([`https://localhost:${await listening(t, down)}/`, CA])
  assert.equal(status, 'critical')
  assert.match(summary, /the redirect leads from HTTPS to http:\/\/127\.0\.0\.1:1\/$/)
})

test('says when the server does not speak TLS', async (t) => {
  const port = await listening(t, createHttpServer())
  const { status, summary } = await check.evaluate([`https://localhost:${port}/`])
  assert.equal(status, 'critical')
  assert.match(summary, /the server does not speak TLS as expected$/)
})

test('cannot tell without the file of authorities', async () => {
  const { status, summary } = await check.evaluate(['https://localhost:1/', '--ca-file=/nowhere.pem'])
  assert.equal(status, 'unknown')
  assert.match(summary, /^--ca-file cannot be read \(ENOENT\)/)
  const empty = await check.evaluate(['https://localhost:1/', '--ca-file=/dev/null'])
  assert.deepEqual([empty.status, empty.summary.split(',')[0]], ['unknown', '--ca-file holds no certificate'])
})
