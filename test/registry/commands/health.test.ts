// `octo registry health`, as a container or a timer asks: the exit code decides.
import assert from 'node:assert/strict'
import { readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { changeVisibility } from '../../../registry/admin/repos.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { freePort, listening } from '../../support/machine/listening.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { publishRelease } from '../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('a registry that works is ready', async (t) => {
  const registry = await startTestRegistry(t)
  const { code, stdout } = await typeOcto(['registry', 'health', registry.url])
  assert.deepEqual([code, stdout], [0, 'ready\n'])
  const { stdout: json } = await typeOcto(['registry', 'health', registry.url, '--json'])
  assert.deepEqual(JSON.parse(json), { url: `${registry.url}/`, status: 'ready' })
})

test('an address below a registry leads to the registry', async (t) => {
  const registry = await startTestRegistry(t)
  const { code, stderr } = await typeOcto(['registry', 'health', `${registry.url}/repos/core.yaml`])
  assert.equal(code, 66)
  assert.ok(stderr.includes(`hint: name its own address: \`octo registry health ${registry.url}\``), stderr)
})

test('a registry that shows what is private is not well, and says so without a name', async (t) => {
  const registry = await startTestRegistry(t)
  const { metadata, clock } = registry.serving.registry.services
  const repos = join(registry.dataDir, 'tree', 'repos')
  await registry.serving.registry.tree.check()
  // Beside the tree: a look over it takes away what does not belong into it.
  const aside = join(registry.dataDir, 'repos-aside')
  renameSync(repos, aside)
  // Nobody can look into it, root neither.
  symlinkSync('repos', repos)
  await changeVisibility({ metadata, clock }, 'core' as Name, 'private')
  await assert.rejects(registry.serving.registry.tree.drain())
  const sick = await typeOcto(['registry', 'health', registry.url])
  assert.deepEqual([sick.code, sick.stdout], [74, ''])
  assert.match(sick.stderr, /^error\[DATA_DIR_CORRUPT\]: what became private or was quarantined is still shown/)
  assert.ok(!sick.stderr.includes('core'))
  // The registry tries again by itself, and may have made a folder of it meanwhile.
  rmSync(repos, { recursive: true, force: true })
  renameSync(aside, repos)
  await registry.serving.registry.tree.drain()
  assert.equal((await typeOcto(['registry', 'health', registry.url])).code, 0)
})

test('a registry whose tree was lost is not well before all that was published is shown again, and one plugin keeps no other', async (t) => {
  const registry = await startTestRegistry(t)
  for (const plugin of ['broken', 'whole'])
    assert.equal((await publishRelease(registry, await aRelease(registry.key, { plugin }))).status, 201)
  const bundle = join(registry.dataDir, 'tree/repos/core/broken/1.0.0/release.sigstore.json')
  const blob = join(registry.dataDir, 'blobs/sha256', hexOf(digestOf(readFileSync(bundle))))
  await registry.serving.registry.tree.check()
  await registry.stop()
  renameSync(blob, `${registry.dataDir}.aside`)
  for (const path of ['tree', 'tree.json']) rmSync(join(registry.dataDir, path), { recursive: true })
  const restored = await registry.restart()
  const { tree } = restored.serving.registry
  await assert.rejects(tree.check())
  const statusOf = async (plugin: string) => (await fetch(`${restored.url}/repos/core/${plugin}.json`)).status
  assert.deepEqual([await statusOf('broken'), await statusOf('whole')], [404, 200])
  const sick = await typeOcto(['registry', 'health', restored.url])
  assert.equal(sick.code, 74)
  assert.match(sick.stderr, /^error\[DATA_DIR_CORRUPT\]: not all that was published is shown yet/)
  renameSync(`${registry.dataDir}.aside`, blob)
  await tree.check()
  assert.equal(await statusOf('broken'), 200)
  assert.equal((await typeOcto(['registry', 'health', restored.url])).code, 0)
})

test('what does not answer, does not work or is no registry ends in an error that says which', async (t) => {
  const problem = JSON.stringify({ code: 'NO_SPACE', detail: 'the disk is full', details: {} })
  const missing = JSON.stringify({ code: 'NOT_FOUND', detail: 'nothing is here', details: {} })
  const server = createServer(({ url }, response) => {
    if (url === '/full/readyz') response.writeHead(503, { 'content-type': 'application/problem+json' }).end(problem)
    else if (url === '/moved/readyz') response.writeHead(302, { location: '/full/readyz' }).end()
    else if (url === '/other/readyz')
      response.writeHead(404, { 'content-type': 'application/problem+json' }).end(missing)
    else response.writeHead(404, { 'content-type': 'text/html' }).end('<html><body>nothing here</body></html>')
  })
  const url = `http://127.0.0.1:${await listening(t, server)}`
  const cases: [string, number, RegExp][] = [
    [`http://127.0.0.1:${await freePort()}`, 69, /^error\[FETCH_FAILED\]/],
    [`${url}/full`, 73, /^error\[NO_SPACE\]: the disk is full/],
    [url, 69, /^error\[FETCH_REFUSED\].*asked whether it is ready, was answered with status 404/],
    [`${url}/moved`, 69, /hint: redirects are not followed; name its own address: `octo registry health URL`/],
    [
      `${url}/other`,
      66,
      /^error\[NOT_FOUND\]: no registry is at .*\n.*hint: name its own address: `octo registry health http/s,
    ],
    ['ftp://127.0.0.1', 64, /^error\[USAGE\]: expected the address of a registry/],
    ['nonsense', 64, /^error\[USAGE\]/],
    [`${url}/?x=1`, 64, /^error\[USAGE\]/],
  ]
  for (const [address, exit, says] of cases) {
    const { code, stdout, stderr } = await typeOcto(['registry', 'health', address])
    assert.deepEqual([code, stdout], [exit, ''], `${address}: ${stderr}`)
    assert.match(stderr, says, address)
    assert.doesNotMatch(stderr, /--registry/, 'the command has no such option')
  }
})
