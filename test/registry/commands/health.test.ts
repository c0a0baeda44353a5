// `octo registry health`, as a container or a timer asks: the exit code decides.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { freePort, listening } from '../../support/machine/listening.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('a registry that works is ready', async (t) => {
  const registry = await startTestRegistry(t)
  const { code, stdout } = await typeOcto(['registry', 'health', registry.url])
  assert.deepEqual([code, stdout], [0, 'ready\n'])
  const { stdout: json } = await typeOcto(['registry', 'health', registry.url, '--json'])
  assert.deepEqual(JSON.parse(json), { url: `${registry.url}/`, status: 'ready' })
})

test('what does not answer, does not work or is no registry ends in an error that says which', async (t) => {
  const problem = JSON.stringify({ code: 'NO_SPACE', detail: 'the disk is full', details: {} })
  const server = createServer(({ url }, response) => {
    if (url === '/full/readyz') response.writeHead(503, { 'content-type': 'application/problem+json' }).end(problem)
    else response.writeHead(404, { 'content-type': 'text/html' }).end('<html><body>nothing here</body></html>')
  })
  const url = `http://127.0.0.1:${await listening(t, server)}`
  const cases: [string, number, RegExp][] = [
    [`http://127.0.0.1:${await freePort()}`, 69, /^error\[FETCH_FAILED\]/],
    [`${url}/full`, 73, /^error\[NO_SPACE\]: the disk is full/],
    [url, 69, /^error\[FETCH_REFUSED\].*asked whether it is ready, was answered with status 404/],
    ['ftp://127.0.0.1', 64, /^error\[USAGE\]: expected the address of a registry/],
    ['nonsense', 64, /^error\[USAGE\]/],
    [`${url}/?x=1`, 64, /^error\[USAGE\]/],
  ]
  for (const [address, exit, says] of cases) {
    const { code, stdout, stderr } = await typeOcto(['registry', 'health', address])
    assert.deepEqual([code, stdout], [exit, ''], `${address}: ${stderr}`)
    assert.match(stderr, says, address)
  }
})
