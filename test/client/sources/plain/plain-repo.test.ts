import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { openNetwork } from '../../../../client/network.ts'
import { plainDocument } from '../../../../client/sources/plain/plain-document.ts'
import { openStore } from '../../../../client/store/open-store.ts'
import { verifyStore } from '../../../../client/store/verify-store.ts'
import { digestOf } from '../../../../schemas/digest.ts'
import type { ErrorCode } from '../../../../schemas/error-codes.ts'
import type { Name } from '../../../../schemas/name.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { aConfig } from '../../../support/builders/a-config.ts'
import { aScript } from '../../../support/builders/test-authority.ts'
import { aMachine, key, one, run } from '../../../support/client/client-machine.ts'
import { listening } from '../../../support/machine/listening.ts'

test('runs plugins of an unsigned YAML only where the config says so, and warns each time', async (t) => {
  const { install, folder, warnings } = await aMachine(t, [])
  const bytes = aScript('unsigned')
  let served = bytes
  const port = await listening(
    t,
    createServer((request, response) => {
      if (request.url === '/plain.yaml')
        response.end(`include: [{url: ./more.yaml}]\ntools: {other: {docker: {image: x}}}\n`)
      else if (request.url === '/more.yaml')
        response.end(
          'tools:\n  hello:\n    baremetal: {binary: {linux_amd64: {url: "./hello-{{.OS}}", binary: hello}}}\n',
        )
      else if (request.url === '/hello-linux') response.end(served)
      else response.writeHead(404).end()
    }),
  )
  const url = `http://127.0.0.1:${port}/plain.yaml`
  const config = aConfig([{ name: 'plain', url, trust: { kind: 'unsigned' } }])
  const executable = one((await install({ config })).executables)
  assert.equal(run(executable), 'unsigned !\n')
  assert.equal(executable.signer, 'unsigned')
  assert.match(warnings.join(), /trust: unsigned/)
  served = aScript('replaced')
  await install({ config, frozen: true, offline: true })
  rmSync(join(folder, 'store'), { recursive: true })
  await expectCodeAsync('DIGEST_MISMATCH', () => install({ config, frozen: true }))
  const signed = aConfig([{ name: 'plain', url, trust: key }])
  await expectCodeAsync('PLUGIN_NOT_FOUND', () => install({ config: signed, lockPath: join(folder, 'other.lock') }))
})

test('refuses a binary outside of its archive, and takes addresses that are no file names', async (t) => {
  const { install, base } = await aMachine(t, [])
  const plugin = (fields: string) => `tools: {hello: {baremetal: {binary: {linux_amd64: {${fields}}}}}}\n`
  let served = ''
  const port = await listening(
    t,
    createServer((request, response) => void response.end(request.url === '/plain.yaml' ? served : aScript())),
  )
  const url = `http://127.0.0.1:${port}/plain.yaml`
  const config = aConfig([{ name: 'plain', url, trust: { kind: 'unsigned' } }])
  for (const binary of ['../../../../bin/sh', '/bin/sh', 'a/../b']) {
    served = plugin(`url: ./hello, binary: "${binary}"`)
    await expectCodeAsync('FORMAT_INVALID', () => install({ config }))
    assert(!existsSync(base.lockPath), binary)
  }
  served = plugin('url: "./%zz%2f..", binary: hello')
  assert.equal(run(one((await install({ config })).executables)), 'hello !\n')
})

test('locks an unsigned plugin only with the checksum beside it, where the repo names one', async (t) => {
  const { install, base } = await aMachine(t, [])
  const hex = digestOf(aScript()).slice('sha256:'.length)
  let checksum: string | undefined
  const port = await listening(
    t,
    createServer((request, response) => {
      if (request.url === '/plain.yaml')
        response.end('tools: {hello: {baremetal: {binary: {linux_amd64: {url: ./hello, sha256Url: ./sum}}}}}\n')
      else if (request.url === '/hello') response.end(aScript())
      else if (checksum === undefined) response.writeHead(404).end()
      else response.end(checksum)
    }),
  )
  const url = `http://127.0.0.1:${port}/plain.yaml`
  const config = aConfig([{ name: 'plain', url, trust: { kind: 'unsigned' } }])
  for (checksum of [undefined, '', `${hex.slice(1)}0  hello`])
    await expectCodeAsync('DIGEST_MISMATCH', () => install({ config }))
  checksum = '<html>'
  await expectCodeAsync('FETCH_REFUSED', () => install({ config }))
  assert(!existsSync(base.lockPath))
  checksum = `${hex.toUpperCase()}  hello\n`
  assert.equal(run(one((await install({ config })).executables)), 'hello !\n')
})

test('installs what GNU tar packed by itself, and finds it good in the store afterwards', async (t) => {
  const { install, folder } = await aMachine(t, [])
  mkdirSync(join(folder, 'packed/bin'), { recursive: true })
  writeFileSync(join(folder, 'packed/bin/hello'), aScript('packed'), { mode: 0o755 })
  execFileSync('tar', ['--format=gnu', '-C', join(folder, 'packed'), '-czf', join(folder, 'hello.tgz'), '.'])
  const archive = readFileSync(join(folder, 'hello.tgz'))
  const yaml = 'tools: {hello: {baremetal: {binary: {linux_amd64: {url: ./hello.tgz, binary: bin/hello}}}}}\n'
  const port = await listening(
    t,
    createServer((request, response) => void response.end(request.url === '/plain.yaml' ? yaml : archive)),
  )
  const url = `http://127.0.0.1:${port}/plain.yaml`
  const config = aConfig([{ name: 'plain', url, trust: { kind: 'unsigned' } }])
  assert.equal(run(one((await install({ config })).executables)), 'packed !\n')
  assert.equal(run(one((await install({ config, frozen: true, offline: true })).executables)), 'packed !\n')
  assert.deepEqual(await verifyStore(openStore(join(folder, 'store'))), { checked: 2, problems: [] })
})

test('believes no size and no address that only a lockfile says', async (t) => {
  const { install, base, folder, registry } = await aMachine(t, [])
  registry.files.set(
    'plain.yaml',
    Buffer.from('tools: {hello: {baremetal: {binary: {linux_amd64: {url: ./hello}}}}}\n'),
  )
  registry.files.set('hello', aScript())
  const config = aConfig([{ name: 'plain', url: `${registry.base}/plain.yaml`, trust: { kind: 'unsigned' } }])
  await install({ config })
  const text = readFileSync(base.lockPath, 'utf8')
  const fresh = { config, storeRoot: join(folder, 'fresh'), frozen: true }
  const forged: readonly (readonly [code: ErrorCode, change: string])[] = [
    ['LIMIT_EXCEEDED', text.replace(/"size": \d+/, `"size": ${Number.MAX_SAFE_INTEGER}`)],
    ['LIMIT_EXCEEDED', text.replace(/"size": \d+/, `"size": ${4 * 1024 ** 3 + 1}`)],
    ...['file:///etc/passwd', 'no address', '', 'data:,x', 'javascript:0', '/hello'].map(
      (url) => ['FORMAT_INVALID', text.replace(`${registry.base}/hello`, url)] as const,
    ),
  ]
  for (const [code, changed] of forged) {
    assert.notEqual(changed, text)
    writeFileSync(base.lockPath, changed)
    registry.requests.length = 0
    await expectCodeAsync(code, () => install(fresh))
    assert.deepEqual(registry.requests, [], code)
  }
})

test('says which artifact of an unsigned plugin is refused, and locks nothing', async (t) => {
  const { install, base, registry } = await aMachine(t, [])
  registry.files.set(
    'plain.yaml',
    Buffer.from('tools: {hello: {baremetal: {binary: {linux_amd64: {url: ./hello}}}}}\n'),
  )
  const config = aConfig([{ name: 'plain', url: `${registry.base}/plain.yaml`, trust: { kind: 'unsigned' } }])
  const error = await expectCodeAsync('FETCH_REFUSED', () => install({ config }))
  assert.match(error.message, /hello/)
  assert(!existsSync(base.lockPath))
})

test('a plain repo without the plugin has no document of it', async (t) => {
  const { base, registry } = await aMachine(t, [])
  registry.files.set('plain.yaml', Buffer.from('tools: {}\n'))
  const repo = aConfig([{ name: 'plain', url: `${registry.base}/plain.yaml`, trust: { kind: 'unsigned' } }]).repos[0]
  assert.ok(repo)
  using network = openNetwork({ layout: openStore(base.storeRoot), offline: false, env: {} })
  assert.equal(await plainDocument(repo, 'hello' as Name, network), undefined)
})
