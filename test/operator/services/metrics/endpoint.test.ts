// Measures over HTTP, on loopback: what is answered, to whom, and what becomes of an address that cannot be had.
import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:http'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openEndpoint } from '../../../../operator/services/metrics/endpoint.ts'
import { until } from '../../../support/machine/until.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0 }

function anEndpoint(t: TestContext, render = () => 'octo_some_total 1\n') {
  const logged: string[] = []
  const endpoint = openEndpoint({ render, log: (line) => void logged.push(line), retryMs: 5 })
  t.after(() => endpoint[Symbol.asyncDispose]())
  const port = () => Number(endpoint.status()?.address.split(':').at(-1))
  return { endpoint, logged, port }
}

type Asked = { readonly path?: string; readonly method?: string; readonly host?: string }

function ask(port: number, { path = '/metrics', method = 'GET', host }: Asked = {}) {
  return new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const headers = host === undefined ? {} : { host }
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
    })
    asked.on('error', reject).end()
  })
}

test('whoever asks for measures is given them, and for nothing else', async (t) => {
  const { endpoint, port } = anEndpoint(t)
  assert.equal(endpoint.status(), undefined)
  await endpoint.use(LOOPBACK)
  const { status, headers, text } = await ask(port())
  assert.deepEqual([status, text], [200, 'octo_some_total 1\n'])
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  assert.deepEqual(await ask(port(), { method: 'HEAD' }).then((answer) => [answer.status, answer.text]), [200, ''])
  assert.equal((await ask(port(), { path: '/metrics?x=1' })).status, 200)
  for (const path of ['/', '/metrics/', '/metricsx', '/../metrics', '//metrics'])
    assert.equal((await ask(port(), { path })).status, 404, path)
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) assert.equal((await ask(port(), { method })).status, 405)
})

const OWN = ['localhost', 'localhost:9464', '127.0.0.1', '127.0.0.1:1', '[::1]:80']
const OTHERS = [
  'evil.example',
  'evil.example:9464',
  '127.0.0.1.evil.example',
  '10.0.0.1',
  'localhost.evil.example',
  '@',
]

test(`a page of the web is not answered by whatever name it calls this machine (${OTHERS.length})`, async (t) => {
  const { endpoint, port } = anEndpoint(t)
  await endpoint.use(LOOPBACK)
  for (const host of OWN) assert.equal((await ask(port(), { host })).status, 200, host)
  for (const host of OTHERS) assert.equal((await ask(port(), { host })).status, 403, host)
})

test('an address that another one has is said, and is answered at once it is free', async (t) => {
  const first = anEndpoint(t)
  await first.endpoint.use(LOOPBACK)
  const taken = { ...LOOPBACK, port: first.port() }
  const { endpoint, logged } = anEndpoint(t)
  await endpoint.use(taken)
  assert.deepEqual(endpoint.status(), { address: `127.0.0.1:${taken.port}`, trouble: 'EADDRINUSE' })
  await first.endpoint.use(undefined)
  await until(() => endpoint.status()?.trouble === undefined)
  assert.equal((await ask(taken.port)).status, 200)
  assert.deepEqual(logged, [
    `metrics: nobody can be answered at 127.0.0.1:${taken.port}: EADDRINUSE`,
    `metrics: 127.0.0.1:${taken.port} answers now`,
  ])
})

test('what a config says no more is answered no more, and a defect is no end of anything', async (t) => {
  let isBroken = true
  const { endpoint, port, logged } = anEndpoint(t, () => {
    if (isBroken) throw new Error('broken')
    return 'fine\n'
  })
  await endpoint.use(LOOPBACK)
  assert.equal((await ask(port())).status, 500)
  assert.deepEqual(logged, ['metrics: octo failed: broken'])
  isBroken = false
  assert.equal((await ask(port())).text, 'fine\n')
  const before = port()
  await endpoint.use({ ...LOOPBACK })
  assert.equal(port(), before, 'the same again changes nothing')
  await endpoint.use(undefined)
  await assert.rejects(ask(before), /ECONNREFUSED/)
  assert.equal(endpoint.status(), undefined)
})
