import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { SessionAnswer } from '../../../../schemas/api.ts'
import { problemShape, searchAnswer } from '../../../../schemas/api.ts'
import { coded } from '../../../../schemas/errors.ts'
import { aRelease } from '../../../support/builders/test-authority.ts'
import { until } from '../../../support/machine/until.ts'
import { blobsOf, callApi, openSession, publishRelease } from '../../../support/publisher/publish-release.ts'
import { databaseOf } from '../../../support/registry/test-db.ts'
import type { TestRegistry } from '../../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../../support/registry/test-registry.ts'

type Parameter = { readonly in: string; readonly name: string; readonly schema: { readonly pattern?: string } }

/** Sends raw bytes and gives all that comes back until the server closes. */
async function sendRaw({ url }: TestRegistry, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.on('error', () => undefined)
  socket.end(text)
  await once(socket, 'close')
  return answer
}

test('a body that says it is encoded is refused, whatever takes it, and nothing of it is kept', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const opened = await openSession(registry, release)
  const session = opened.body as unknown as SessionAnswer
  const [upload] = session.uploads
  assert.ok(upload)
  const uploading = `/api/v1/publishes/${session.id}/blobs/${upload.digest}`
  const headers = { 'content-encoding': 'gzip', 'upload-offset': '0' }
  for (const [method, path] of [
    ['POST', '/api/v1/repos/core/plugins/hello/publishes'],
    ['PATCH', uploading],
    ['POST', `/api/v1/publishes/${session.id}/publish`],
    ['PUT', '/api/v1/repos/core/plugins/hello/versions/1.0.0/state'],
  ] as const) {
    const answer = await callApi(registry, path, { method, headers, body: gzipSync('{}') })
    assert.deepEqual([answer.status, answer.body.code], [415, 'ENCODING_NOT_TAKEN'], path)
    assert.equal(answer.headers.get('accept-encoding'), 'identity')
  }
  const { headers: kept } = await callApi(registry, uploading, { method: 'HEAD' })
  assert.equal(kept.get('upload-offset'), '0')
  await callApi(registry, uploading, {
    method: 'PATCH',
    headers: { ...headers, 'content-encoding': 'Identity' },
    body: blobsOf(release).get(upload.digest) ?? Buffer.alloc(0),
  })
  assert.equal(
    (await callApi(registry, uploading, { method: 'HEAD' })).headers.get('upload-offset'),
    String(upload.size),
  )
})

test('every refusal is a problem document with code, request id and no cache', async (t) => {
  const registry = await startTestRegistry(t)
  const cases = [
    ['GET', '/nothing', 404, 'NOT_FOUND'],
    ['GET', '/api/v1/nothing', 404, 'NOT_FOUND'],
    ['POST', '/api/v1/whoami', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/api/v1/repos/core/plugins/hello/publishes', 405, 'METHOD_NOT_ALLOWED'],
    ['DELETE', '/livez', 405, 'METHOD_NOT_ALLOWED'],
    ['PUT', '/repos/core.json', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/api/v1/publishes/none', 404, 'SESSION_NOT_FOUND'],
    ['GET', `/api/v1/publishes/${'0'.repeat(32)}`, 404, 'SESSION_NOT_FOUND'],
    ['GET', `/api/v1/search?q=${'x'.repeat(201)}`, 413, 'LIMIT_EXCEEDED'],
    ['GET', '/api/v1/search?repo=..', 400, 'NAME_INVALID'],
  ] as const
  for (const [method, path, status, code] of cases) {
    const answer = await callApi(registry, path, { method })
    assert.deepEqual([answer.status, answer.body.code], [status, code], `${method} ${path}`)
    const problem = problemShape.parse(answer.body)
    assert.equal(problem.status, status)
    assert.match(problem.requestId ?? '', /^[\w-]{8,}$/)
    assert.equal(answer.headers.get('content-type'), 'application/problem+json')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    if (status === 405) assert.ok(answer.headers.get('allow'))
  }
})

test('bodies that are not the expected JSON are refused each with its code', async (t) => {
  const registry = await startTestRegistry(t)
  const post = async (body: string) => {
    const path = '/api/v1/repos/core/plugins/hello/publishes'
    return (await callApi(registry, path, { method: 'POST', body: Buffer.from(body) })).body.code
  }
  assert.equal(await post('{'), 'JSON_INVALID')
  assert.equal(await post('{"__proto__":{}}'), 'JSON_INVALID')
  assert.equal(await post('[]'), 'FORMAT_INVALID')
  assert.equal(await post(`{"x":"${'a'.repeat(256 * 1024)}"}`), 'LIMIT_EXCEEDED')
})

test('names that are no names never reach the database and never cause a defect', async (t) => {
  const registry = await startTestRegistry(t)
  const naughty = [
    '..',
    '%2e%2e',
    '%2f',
    'a%2fb',
    '%00',
    'A',
    'a_b',
    'a b',
    '-a',
    'con',
    'constructor',
    'ünï',
    '%ff',
    'x'.repeat(65),
    '😀',
    "a'--",
    '%0d%0aX',
  ]
  for (const name of naughty) {
    for (const path of [
      `/api/v1/repos/core/plugins/${name}/publishes`,
      `/api/v1/repos/${name}/plugins/hello/publishes`,
    ]) {
      const { status, headers } = await callApi(registry, path, { method: 'POST', json: {} })
      assert.ok(status === 400 || status === 404, `${status} ${path}`)
      assert.equal(headers.get('x'), null)
    }
  }
})

test('a request with two Host headers or an absolute target is refused', async (t) => {
  const registry = await startTestRegistry(t)
  const twoHosts = await sendRaw(registry, 'GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n')
  assert.match(twoHosts, /^HTTP\/1.1 400 /)
  assert.match(twoHosts, /"USAGE"/)
  const absolute = await sendRaw(registry, 'GET http://evil/livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  assert.match(absolute, /^HTTP\/1.1 400 /)
  const fine = await sendRaw(registry, 'GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  assert.match(fine, /^HTTP\/1.1 200 /)
})

test('what is not HTTP gets a problem, too, and the server lives on', async (t) => {
  const registry = await startTestRegistry(t)
  assert.match(await sendRaw(registry, 'nonsense\r\n\r\n'), /400 Bad Request[\s\S]*"USAGE"/)
  const smuggled = 'POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
  assert.match(await sendRaw(registry, smuggled), /400 Bad Request/)
  const huge = `GET /livez HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`
  assert.match(await sendRaw(registry, huge), /431/)
  assert.equal((await callApi(registry, '/livez')).status, 200)
})

test('a defect is answered with a request id alone, and logged once with its stack', async (t) => {
  const registry = await startTestRegistry(t)
  const db = databaseOf(registry.serving.registry.services)
  db.$client.exec('DROP TABLE plugin_words')
  const { status, body } = await callApi(registry, '/api/v1/search?q=x', {
    headers: { 'x-request-id': 'my-request-1' },
  })
  assert.deepEqual([status, body.code, body.requestId], [500, 'INTERNAL', 'my-request-1'])
  assert.equal(JSON.stringify(body).includes('plugin_words'), false)
  const lines = registry.logs.filter((line) => line.includes('my-request-1') && line.includes('stack'))
  assert.equal(lines.length, 1)
})

test('a log line has a fixed set of fields and no query', async (t) => {
  const registry = await startTestRegistry(t)
  await callApi(registry, '/api/v1/search?q=secret-word', { headers: { 'user-agent': 'secret-agent' } })
  const line = registry.logs.map((text) => JSON.parse(text)).findLast(({ path }) => path === '/api/v1/search')
  assert.deepEqual(Object.keys(line).sort(), [
    'level',
    'method',
    'ms',
    'msg',
    'path',
    'remote',
    'requestId',
    'status',
    'time',
  ])
  assert.equal(registry.logs.join('').includes('secret'), false)
})

test('the OpenAPI document describes every route that the API has', async (t) => {
  const registry = await startTestRegistry(t)
  const { body } = await callApi(registry, '/api/v1/openapi.json')
  const parameters = Object.values(body.paths as Record<string, Record<string, { parameters?: Parameter[] }>>)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ parameters = [] }) => parameters)
    .filter((parameter) => parameter.in === 'path')
  assert.ok(parameters.length > 5)
  for (const { name, schema } of parameters) {
    const pattern = new RegExp(schema.pattern ?? '', 'u')
    assert.ok(schema.pattern && !pattern.test('..') && !pattern.test('A b'), name)
  }
  assert.equal(body.openapi, '3.1.0')
  const paths = body.paths as Record<string, Record<string, { operationId: string; responses: object }>>
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  )
  assert.deepEqual(described.sort(), [
    'delete /api/v1/publishes/{id}',
    'get /api/v1/publishes/{id}',
    'get /api/v1/publishes/{id}/blobs/{digest}',
    'get /api/v1/search',
    'get /api/v1/whoami',
    'patch /api/v1/publishes/{id}/blobs/{digest}',
    'post /api/v1/publishes/{id}/publish',
    'post /api/v1/repos/{repo}/plugins/{plugin}/publishes',
    'put /api/v1/repos/{repo}/plugins/{plugin}/versions/{version}/state',
  ])
})

test('search finds by beginnings of words, best first, and takes any text', async (t) => {
  const registry = await startTestRegistry(t)
  const publish = async (plugin: string, description: string) =>
    publishRelease(registry, await aRelease(registry.key, { plugin, manifest: { description } }))
  await publish('check-tcp', 'opens a connection')
  await publish('ping', 'checks a connection by tcp')
  const search = async (query: string) => {
    const { status, body } = await callApi(registry, `/api/v1/search?q=${encodeURIComponent(query)}`)
    assert.equal(status, 200, query)
    return searchAnswer.parse(body).results.map(({ plugin }) => plugin)
  }
  assert.deepEqual(await search('tcp'), ['check-tcp', 'ping'])
  assert.deepEqual(await search('conn pin'), ['ping'])
  assert.deepEqual(await search(''), ['check-tcp', 'ping'])
  assert.deepEqual(await search('nothing'), [])
  for (const query of ['"', '*', 'AND OR NOT', 'plugin:x', '^a', "'; DROP TABLE x", '(', 'NEAR(a b)', '\u0000'])
    await search(query)
})

test('a stopping registry takes nothing new and says when to come back', async (t) => {
  const registry = await startTestRegistry(t)
  const { registry: opened } = registry.serving
  opened.refuse(coded('SHUTTING_DOWN', { message: 'the registry is stopping' }))
  const { status, headers, body } = await openSession(registry, await aRelease(registry.key))
  assert.deepEqual([status, body.code, headers.get('retry-after')], [503, 'SHUTTING_DOWN', '1'])
  assert.equal((await callApi(registry, '/readyz')).status, 503)
  assert.equal((await callApi(registry, '/livez')).status, 200)
  const faults = registry.logs.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50)
  assert.deepEqual(faults, [], 'a stop is no fault')
})

test('probes that go well are no lines of the usual log, and those that fail are', async (t) => {
  const registry = await startTestRegistry(t)
  const levels = (path: string) =>
    registry.logs.map((line) => JSON.parse(line)).flatMap((line) => (line.path === path ? [line.level] : []))
  for (const path of ['/livez', '/readyz', '/api/v1/search']) {
    assert.equal((await callApi(registry, path)).status, 200)
    await until(() => levels(path).length === 1)
    assert.deepEqual(levels(path), [path.startsWith('/api') ? 30 : 20], path)
  }
  registry.serving.registry.refuse(coded('SHUTTING_DOWN', { message: 'the registry is stopping' }))
  await callApi(registry, '/readyz')
  await until(() => levels('/readyz').length === 2)
  assert.deepEqual(levels('/readyz'), [20, 30])
})

test('a disk that fails its fsync ends acceptance for good', async (t) => {
  const registry = await startTestRegistry(t)
  const { services } = registry.serving.registry
  services.halt(new Error('EIO'))
  assert.equal((await openSession(registry, await aRelease(registry.key))).status, 503)
  assert.ok(registry.logs.some((line) => line.includes('disk cannot be trusted')))
})
