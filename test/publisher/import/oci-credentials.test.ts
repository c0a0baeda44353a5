// Where a registry that asks for a token may send whoever reads.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { ociCredentials } from '../../../publisher/import/oci-credentials.ts'

test('only a registry of this machine sends whoever reads to a server of this machine', async (t) => {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    response.end('{"token": "t"}')
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const challenge = `Bearer realm="http://127.0.0.1:${port}/shutdown",service="s"`
  const credentials = ociCredentials({})
  assert.equal(await credentials(new URL('https://registry.example/v2/a'), challenge), undefined)
  assert.deepEqual(asked, [])
  assert.equal(await credentials(new URL(`http://127.0.0.1:${port}/v2/a`), challenge), 'Bearer t')
  assert.deepEqual(asked, ['/shutdown?service=s'])
})
