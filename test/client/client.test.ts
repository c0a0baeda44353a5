import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientOptions, VerifiedExecutable } from '../../client/index.ts'
import { openClient, readWarmRun } from '../../client/index.ts'
import type { OctoConfig } from '../../schemas/config/config.ts'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import type { Lockfile } from '../../schemas/lockfile.ts'
import type { Name } from '../../schemas/name.ts'
import type { Platform } from '../../schemas/platform.ts'
import { aConfig, aPin } from '../support/a-config.ts'
import { tarballOf } from '../support/archive-builder.ts'
import { expectCode, expectCodeAsync } from '../support/expect-code.ts'
import { listening } from '../support/listening.ts'
import { startStaticRegistry } from '../support/static-registry.ts'
import { filesBelow, tempFolder } from '../support/temp-folder.ts'
import type { ReleaseRecipe } from '../support/test-authority.ts'
import { aRelease, aScript, issueKey } from '../support/test-authority.ts'

const key = issueKey()
const LINUX = 'linux_amd64' as Platform

async function aMachine(t: TestContext, recipes: readonly ReleaseRecipe[] = [{}]) {
  const releases = await Promise.all(recipes.map((recipe) => aRelease(key, recipe)))
  const registry = await startStaticRegistry(t, releases)
  const folder = tempFolder(t)
  const warnings: string[] = []
  const base: ClientOptions = {
    config: aConfig([{ url: registry.url(), trust: key }]),
    lockPath: join(folder, 'octo.lock'),
    storeRoot: join(folder, 'store'),
    platform: LINUX,
    report: { warn: (line) => void warnings.push(line) },
  }
  async function withClient<Result>(options: Partial<ClientOptions>, act: (client: Client) => Promise<Result>) {
    await using client = await openClient({ ...base, ...options })
    return act(client)
  }
  const install = (options: Partial<ClientOptions> = {}) => withClient(options, (client) => client.install())
  const readLock = () => JSON.parse(readFileSync(base.lockPath, 'utf8')) as Lockfile
  return { registry, releases, folder, warnings, base, withClient, install, readLock, config: configWith }

  function configWith(pins: readonly string[]): OctoConfig {
    return aConfig([{ url: registry.url(), trust: key }], pins)
  }
}

const run = ({ path }: VerifiedExecutable) => execFileSync(path, ['!'], { encoding: 'utf8' })
const one = (executables: readonly VerifiedExecutable[]): VerifiedExecutable => {
  assert.equal(executables.length, 1)
  return executables[0] as VerifiedExecutable
}

test('locks, installs and hands out what runs', async (t) => {
  const { install, readLock, base } = await aMachine(t)
  const { executables, downloaded } = await install()
  assert.equal(run(one(executables)), 'hello 1.0.0 !\n')
  assert.equal(downloaded.length, 1)
  const entry = readLock().plugins['core/hello']
  assert.deepEqual(Object.keys(entry?.platforms ?? {}).sort(), [
    'darwin_amd64',
    'darwin_arm64',
    'linux_amd64',
    'linux_arm64',
  ])
  assert.equal(entry?.signer, key.trustKey.id)
  assert.deepEqual(filesBelow(join(base.storeRoot, 'v1/parts')), [])
  assert.deepEqual(filesBelow(join(base.storeRoot, 'v1/staging')), [])
})

test('asks the network nothing once everything is locked and stored', async (t) => {
  const { install, registry } = await aMachine(t)
  await install()
  registry.requests.length = 0
  for (const options of [{}, { frozen: true }, { frozen: true, offline: true }]) {
    const { executables, downloaded } = await install(options)
    assert.equal(run(one(executables)), 'hello 1.0.0 !\n')
    assert.deepEqual(downloaded, [])
  }
  assert.deepEqual(registry.requests, [])
})

test('unpacks archives and runs what the statement names', async (t) => {
  const bytes = tarballOf([
    { path: 'bin/run', content: '#!/bin/sh\ncat "$(dirname "$0")/../data"\n', mode: 0o755 },
    { path: 'data', content: 'from the archive\n' },
  ])
  const file = { bytes, file: 'hello.tar.gz', format: 'tar.gz' as const, executable: 'bin/run' }
  const { install, base } = await aMachine(t, [{ platforms: { linux_amd64: file } }])
  const { executables } = await install()
  assert.equal(run(one(executables)), 'from the archive\n')
  rmSync(join(base.storeRoot, 'v1/contents'), { recursive: true })
  assert.equal(run(one((await install({ offline: true, frozen: true })).executables)), 'from the archive\n')
})

test('falls back to the artifact for any platform and names those that exist', async (t) => {
  const any = {
    bytes: Buffer.from('console.log(1)'),
    file: 'hello.mjs',
    executable: 'hello.mjs',
    runtime: { name: 'node' as const },
  }
  const { install } = await aMachine(t, [{ platforms: { any } }])
  const executable = one((await install()).executables)
  assert.equal(executable.platform, 'any')
  assert.deepEqual(executable.runtime, { name: 'node' })
  const machine = await aMachine(t)
  const freebsd = 'freebsd_amd64' as Platform
  const error = await expectCodeAsync('NO_MATCHING_PLATFORM', () => machine.install({ platform: freebsd }))
  assert.match(error.message, /`darwin_amd64`, `darwin_arm64`, `linux_amd64`, `linux_arm64`/)
})

test('refuses frozen commands without a complete lockfile, and writes nothing', async (t) => {
  const { install, base, config } = await aMachine(t, [{}, { plugin: 'other' }])
  await expectCodeAsync('LOCK_MISSING', () => install({ frozen: true }))
  assert(!existsSync(base.lockPath))
  await install()
  const before = readFileSync(base.lockPath, 'utf8')
  const cases: OctoConfig[] = [
    config(['hello', 'other']),
    config(['hello@^2']),
    { ...base.config, repos: base.config.repos.map((repo) => ({ ...repo, url: repo.url.replace('core', 'moved') })) },
    { ...base.config, repos: base.config.repos.map((repo) => ({ ...repo, trust: { kind: 'unsigned' as const } })) },
    { ...base.config, repos: [] },
  ]
  for (const changed of cases)
    await expectCodeAsync('LOCK_OUT_OF_DATE', () => install({ frozen: true, config: changed }))
  assert.equal(readFileSync(base.lockPath, 'utf8'), before)
})

test('refuses to go to the network when offline', async (t) => {
  const { install, registry, base } = await aMachine(t)
  await expectCodeAsync('OFFLINE', () => install({ offline: true }))
  await install()
  rmSync(base.storeRoot, { recursive: true })
  registry.requests.length = 0
  await expectCodeAsync('OFFLINE', () => install({ offline: true, frozen: true }))
  assert.deepEqual(registry.requests, [])
})

test('proves the release again from the store, against the keys of today', async (t) => {
  const { install, base } = await aMachine(t)
  await install()
  const keys = (change: object) => [
    { ...base.config.repos[0], trust: { kind: 'keys', keys: [{ ...key.trustKey, ...change }] } },
  ]
  const withKeys = (change: object) => ({
    config: { ...base.config, repos: keys(change) } as OctoConfig,
    offline: true,
    frozen: true,
  })
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () => install(withKeys({ revoked: true })))
  await install(withKeys({ to: 1 }))
  const other = {
    ...base.config,
    repos: [{ ...base.config.repos[0], trust: { kind: 'keys', keys: [issueKey().trustKey] } }],
  }
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () =>
    install({ config: other as OctoConfig, offline: true, frozen: true }),
  )
})

test('does not lock a release by a key that is no longer valid', async (t) => {
  const { install, base } = await aMachine(t)
  const expired = {
    ...base.config,
    repos: [{ ...base.config.repos[0], trust: { kind: 'keys', keys: [{ ...key.trustKey, to: 1 }] } }],
  }
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () => install({ config: expired as OctoConfig }))
  assert(!existsSync(base.lockPath))
})

test('finds a flipped bit before anything runs, and heals it where the network is allowed', async (t) => {
  const { install, withClient, warnings } = await aMachine(t)
  const { path } = one((await install()).executables)
  const flip = () => {
    const bytes = readFileSync(path)
    bytes[12] = (bytes[12] ?? 0) ^ 4
    chmodSync(path, 0o755)
    writeFileSync(path, bytes)
  }
  await withClient({}, async (client) => {
    const executable = one((await client.install()).executables)
    flip()
    expectCode('STORE_CORRUPT', () => client.locate(executable))
  })
  await expectCodeAsync('STORE_CORRUPT', () => install({ offline: true, frozen: true }))
  assert.equal(run(one((await install()).executables)), 'hello 1.0.0 !\n')
  assert.match(warnings.join(), /was damaged/)
  await install({ offline: true, frozen: true })
})

test('refuses hostile answers of a registry and keeps nothing of them', async (t) => {
  const evil = Buffer.from(aScript('hello 1.0.0'))
  evil[14] = 0x45
  const mallory = issueKey()
  const artifactPath = /1\.0\.0\/hello_/
  const bundlePath = /release\.sigstore\.json$/
  const cases: [string, ErrorCode, RegExp, Buffer | number][] = [
    ['other bytes', 'DIGEST_MISMATCH', artifactPath, evil],
    ['truncated', 'SIZE_MISMATCH', artifactPath, evil.subarray(1)],
    ['endless', 'SIZE_MISMATCH', artifactPath, Buffer.alloc(1000)],
    ['missing', 'FETCH_REFUSED', artifactPath, 404],
    ['withdrawn', 'VERSION_QUARANTINED', artifactPath, 451],
    ['other bundle', 'SIZE_MISMATCH', bundlePath, Buffer.from((await aRelease(mallory)).bundle.slice(1))],
    ['no bundle', 'FETCH_REFUSED', bundlePath, 404],
  ]
  for (const [what, code, path, answer] of cases) {
    const { install, registry, base } = await aMachine(t)
    registry.misbehave = (asked, _request, response) => {
      if (!path.test(asked)) return false
      if (typeof answer === 'number') response.writeHead(answer).end('Not Found')
      else response.end(answer)
      return true
    }
    await expectCodeAsync(code, install).catch((error) => assert.fail(`${what}: ${error}`))
    for (const place of ['blobs', 'trees', 'parts', 'staging'])
      assert.deepEqual(filesBelow(join(base.storeRoot, 'v1', place)), [], what)
    registry.misbehave = undefined
    assert.equal(run(one((await install()).executables)), 'hello 1.0.0 !\n')
  }
})

test('refuses a release signed by a key that is not pinned, and another plugin’s release', async (t) => {
  const { registry, install } = await aMachine(t, [])
  const mallory = await aRelease(issueKey())
  registry.publish(mallory)
  await expectCodeAsync('SIGNER_NOT_ALLOWED', install)
  const other = await aRelease(key, { plugin: 'other' })
  const { predicate } = await aRelease(key)
  registry.publish({ ...other, predicate })
  await expectCodeAsync('STATEMENT_MISMATCH', install)
})

test('refuses a hostile archive under a good signature and keeps nothing of it', async (t) => {
  const bytes = tarballOf([
    { path: 'run', content: aScript(), mode: 0o755 },
    { path: '../escape', content: 'x' },
  ])
  const file = { bytes, file: 'hello.tar.gz', format: 'tar.gz' as const, executable: 'run' }
  const { install, base } = await aMachine(t, [{ platforms: { linux_amd64: file } }])
  await expectCodeAsync('ARCHIVE_ENTRY_UNSAFE', install)
  for (const place of ['blobs', 'trees', 'parts', 'staging', 'contents'])
    assert.deepEqual(filesBelow(join(base.storeRoot, 'v1', place)), [])
  assert(!existsSync(join(base.storeRoot, 'escape')))
})

test('continues a download that the server broke off', async (t) => {
  const bytes = Buffer.concat([aScript(), Buffer.alloc(300_000, '#')])
  const { install, registry } = await aMachine(t, [{ platforms: { linux_amd64: bytes } }])
  const ranges: (string | undefined)[] = []
  registry.misbehave = (path, request, response) => {
    if (!path.includes('1.0.0/hello_')) return false
    ranges.push(request.headers.range)
    if (ranges.length > 1) return false
    const etag = `"${Object.values(registry.files)}"`
    response
      .writeHead(200, { etag, 'content-length': bytes.length })
      .write(bytes.subarray(0, 100_000), () => response.destroy())
    return true
  }
  await install()
  assert.equal(ranges.length, 2)
})

test('keeps what is locked until an update, and tells what changed', async (t) => {
  const { registry, install, withClient, readLock } = await aMachine(t)
  await install()
  registry.publish(await aRelease(key, { version: '1.1.0' }))
  assert.deepEqual(await withClient({}, (client) => client.lock()), [])
  const changes = await withClient({}, (client) => client.lock({ update: 'all' }))
  assert.deepEqual(
    changes.map(({ name, before, after }) => [name, before?.version, after?.version]),
    [['core/hello', '1.0.0', '1.1.0']],
  )
  assert.equal(readLock().plugins['core/hello']?.version, '1.1.0')
})

test('refuses a plugin document older than one seen before', async (t) => {
  const { registry, withClient } = await aMachine(t)
  const old = registry.files.get('repos/core/hello.json') as Buffer
  registry.publish(await aRelease(key, { version: '1.1.0' }))
  await withClient({}, (client) => client.lock())
  registry.files.set('repos/core/hello.json', old)
  await expectCodeAsync('INDEX_ROLLBACK', () => withClient({}, (client) => client.lock({ update: 'all' })))
})

test('locks a plugin that is only run, and serves another version of a locked one beside it', async (t) => {
  const { registry, withClient, readLock } = await aMachine(t, [{}, { plugin: 'extra' }])
  registry.publish(await aRelease(key, { version: '2.0.0' }))
  const config = aConfig([{ url: registry.url(), trust: key }], ['hello@^1'])
  await withClient({ config }, (client) => client.install())
  const before = readLock().plugins['core/hello']
  const executables = await withClient({ config }, (client) =>
    client.ensure([aPin('extra'), { plugin: 'hello' as Name }]),
  )
  assert.deepEqual(
    executables.map(({ plugin, version }) => `${plugin}@${version}`),
    ['extra@1.0.0', 'hello@1.0.0'],
  )
  assert(readLock().plugins['core/extra'])
  const open = aConfig([{ url: registry.url(), trust: key }], [])
  const beside = await withClient({ config: open }, (client) => client.ensure([aPin('hello@2')]))
  assert.equal(one(beside).version, '2.0.0')
  assert.deepEqual(readLock().plugins['core/hello'], before)
  await expectCodeAsync('LOCK_OUT_OF_DATE', () =>
    withClient({ config: open, frozen: true }, (client) => client.ensure([aPin('hello@2')])),
  )
})

test('refuses a name that two repos offer until it is pinned', async (t) => {
  const { registry, install } = await aMachine(t)
  registry.publish(await aRelease(key, { repo: 'evil', version: '9.0.0' }))
  const repos = [
    { url: registry.url(), trust: key },
    { name: 'evil', url: registry.url('evil'), trust: key },
  ]
  await expectCodeAsync('NAME_AMBIGUOUS', () => install({ config: aConfig(repos) }))
  registry.requests.length = 0
  const { executables } = await install({ config: aConfig(repos, ['core/hello']) })
  assert.equal(one(executables).version, '1.0.0')
  assert(registry.requests.every((path) => !path.includes('evil')))
})

test('answers a repeated run from its record until anything changes', async (t) => {
  const { withClient, base, folder } = await aMachine(t)
  const configPath = join(folder, 'octo.yaml')
  writeFileSync(configPath, 'operator: {}\n')
  const request = 'hello'
  const warm = () => readWarmRun({ ...base, configPath, request })
  const record = async () => {
    await withClient({ config: { ...base.config, files: [configPath] } }, async (client) => {
      await client.ensure([aPin('hello')])
      await sleep(30)
      client.recordWarmRun({ configPath, request }, one(await client.ensure([aPin('hello')])))
    })
  }
  assert.equal(warm(), undefined)
  await record()
  const executable = warm() as VerifiedExecutable
  assert.equal(run(executable), 'hello 1.0.0 !\n')
  assert.equal(readWarmRun({ ...base, configPath, request: 'hello@^1' }), undefined)
  const changes: Record<string, () => void> = {
    config: () => writeFileSync(configPath, 'operator: {x: 1}\n'),
    lock: () => writeFileSync(base.lockPath, `${readFileSync(base.lockPath, 'utf8')}\n`),
    executable: () => {
      chmodSync(executable.path, 0o755)
      chmodSync(executable.path, 0o555)
    },
    store: () => chmodSync(base.storeRoot, 0o777),
  }
  for (const [what, change] of Object.entries(changes)) {
    await record()
    assert.equal(warm()?.path, executable.path, what)
    change()
    assert.equal(warm(), undefined, what)
  }
})

test('records no warm run where templates, web documents or warnings are involved', async (t) => {
  const { withClient, base, folder } = await aMachine(t)
  const configPath = join(folder, 'octo.yaml')
  const template = join(folder, 'template.yaml')
  writeFileSync(configPath, 'a: 1\n')
  writeFileSync(template, 'a: "{{.env.HOME}}"\n')
  const config = { ...base.config, files: [configPath] }
  const { keyFiles: _none, ...withoutKeyFiles } = config
  const cases: OctoConfig[] = [
    { ...config, files: [configPath, template] },
    { ...config, files: [configPath, 'https://example.org/a.yaml'] },
    { ...config, warnings: [{ file: configPath, message: 'unknown key' }] },
    withoutKeyFiles,
  ]
  for (const changed of cases) {
    await withClient({ config: changed }, async (client) => {
      client.recordWarmRun({ configPath, request: 'hello' }, one(await client.ensure([aPin('hello')])))
    })
    assert.deepEqual(filesBelow(join(base.storeRoot, 'v1/warm')), [])
  }
})

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
