import assert from 'node:assert/strict'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { OctoConfig } from '../../../config/model/config.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { LockedPlugin } from '../../../schemas/lockfile.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aConfig, aPin } from '../../support/builders/a-config.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { aMachine, key, LINUX, one } from '../../support/client/client-machine.ts'

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
  const refused = await expectCodeAsync('LOCK_OUT_OF_DATE', () =>
    withClient({ config: open, frozen: true }, (client) => client.ensure([aPin('hello@2')])),
  )
  assert.equal(refused.hint, 'leave `--frozen` away, or name `hello` alone for the version that is locked')
})

test('a request that the lockfile answers asks nobody, and one that the config makes as well is locked anew', async (t) => {
  const { registry, install, withClient, readLock, config } = await aMachine(t)
  await install()
  registry.publish(await aRelease(key, { version: '2.0.0' }))
  registry.requests.length = 0
  const kept = await withClient({ frozen: true }, (client) => client.ensure([aPin('hello@^1')]))
  assert.equal(one(kept).version, '1.0.0')
  assert.deepEqual(registry.requests, [])
  const newer = { config: config(['hello@^2']) }
  assert.equal(one(await withClient(newer, (client) => client.ensure([aPin('hello@^2')]))).version, '2.0.0')
  assert.equal(readLock().plugins['core/hello']?.version, '2.0.0')
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

test('never moves a locked name to another repo that offers it once the first one does not', async (t) => {
  const { registry, base, install, withClient } = await aMachine(t)
  const repos = [
    { url: registry.url(), trust: key },
    { name: 'evil', url: registry.url('evil'), trust: key },
  ]
  registry.publish(await aRelease(key, { repo: 'evil', plugin: 'other' }))
  await install({ config: aConfig(repos) })
  const before = readFileSync(base.lockPath, 'utf8')
  registry.publish(await aRelease(key, { repo: 'evil', version: '9.0.0' }))
  registry.files.delete('repos/core/hello.json')
  const update = (pins: readonly string[]) =>
    withClient({ config: aConfig(repos, pins) }, (client) => client.lock({ update: 'all' }))
  await expectCodeAsync('NAME_AMBIGUOUS', () => update(['hello']))
  await expectCodeAsync('NAME_AMBIGUOUS', () => install({ config: aConfig(repos, ['hello@>=2']) }))
  assert.equal(readFileSync(base.lockPath, 'utf8'), before)
  assert.equal((await update(['evil/hello'])).at(-1)?.after?.repo, 'evil')
})

test('refuses a lockfile that is a device, which would be read for ever', async (t) => {
  const { install, base } = await aMachine(t)
  symlinkSync('/dev/null', base.lockPath)
  const error = await expectCodeAsync('IO_FAILED', install)
  assert.match(error.message, /is not a file/)
})

test('installs nothing whose lockfile entry does not say what its statement says', async (t) => {
  const { install, base, readLock } = await aMachine(t)
  await install()
  const lock = readLock()
  const entry = lock.plugins['core/hello'] as LockedPlugin
  const artifact = entry.platforms[LINUX]
  assert(artifact)
  const { [LINUX]: _, ...others } = entry.platforms
  const withArtifact = (change: Partial<typeof artifact>) => ({
    platforms: { ...others, [LINUX]: { ...artifact, ...change } },
  })
  const swapped = Object.entries(entry.platforms).map(([key, value]) => [key.replace('darwin', 'freebsd'), value])
  const changes: Readonly<Record<string, Partial<LockedPlugin>>> = {
    signer: { signer: issueKey().trustKey.id },
    digest: withArtifact({ digest: digestOf('other') }),
    file: withArtifact({ file: 'other' }),
    size: withArtifact({ size: artifact.size + 1 }),
    format: withArtifact({ format: 'tar.gz' }),
    'one platform more': { platforms: { ...entry.platforms, ['freebsd_amd64' as Platform]: artifact } },
    'one platform less': { platforms: { [LINUX]: artifact } },
    'other platforms': { platforms: Object.fromEntries(swapped) },
    'no bundle': { bundle: undefined },
  }
  for (const [what, change] of Object.entries(changes)) {
    writeFileSync(base.lockPath, JSON.stringify({ ...lock, plugins: { 'core/hello': { ...entry, ...change } } }))
    const error = await expectCodeAsync('STATEMENT_MISMATCH', () => install({ frozen: true }))
    assert.match(error.message, /is not the release that was locked/, what)
  }
  writeFileSync(base.lockPath, JSON.stringify(lock))
  await install({ frozen: true })
})

test('refuses an older document than the locked one, also on a machine that never saw that', async (t) => {
  const { registry, install, folder, config } = await aMachine(t)
  const old = registry.files.get('repos/core/hello.json') as Buffer
  registry.publish(await aRelease(key, { version: '1.1.0' }))
  await install()
  registry.files.set('repos/core/hello.json', old)
  const elsewhere = { storeRoot: join(folder, 'another store'), config: config(['hello@<1.1']) }
  await expectCodeAsync('INDEX_ROLLBACK', () => install(elsewhere))
})

test('an operator that is refused is refused, and not passed over as one that nobody offers', async (t) => {
  const { registry, base, withClient, warnings } = await aMachine(t)
  const config: OctoConfig = { ...base.config, operator: { kind: 'plugin', name: 'myop', request: aPin('myop') } }
  const lock = () => withClient({ config }, (client) => client.lock())
  registry.publish(await aRelease(issueKey(), { plugin: 'myop' }))
  await expectCodeAsync('SIGNER_NOT_ALLOWED', lock)
  registry.files.set('repos/core/myop.json', Buffer.from('{}'))
  await expectCodeAsync('FORMAT_INVALID', lock)
  assert.deepEqual([existsSync(base.lockPath), warnings], [false, []])
})
