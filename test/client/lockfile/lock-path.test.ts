import assert from 'node:assert/strict'
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { lockPathOf } from '../../../client/lockfile/lock-path.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aConfig } from '../../support/builders/a-config.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { aMachine, key } from '../../support/client/client-machine.ts'

test('a lockfile belongs to one config', () => {
  const cases: readonly (readonly [config: string, lock: string | undefined, expected: string])[] = [
    ['/p/octo.yaml', undefined, '/p/octo.lock'],
    ['/p/octo.yml', undefined, '/p/octo.lock'],
    ['/p/config.yaml', undefined, '/p/octo.lock'],
    ['/p/prod.yaml', undefined, '/p/prod.lock'],
    ['prod.yaml', undefined, '/w/prod.lock'],
    ['sub/dev.yml', undefined, '/w/sub/dev.lock'],
    ['/p/dev.octo.yaml', undefined, '/p/dev.octo.lock'],
    ['/p/.yaml', undefined, '/p/octo.lock'],
    ['/p/config', undefined, '/p/octo.lock'],
    ['https://example.org/a/prod.yaml?x=/y.yaml', undefined, '/w/prod.lock'],
    ['https://example.org/octo.yaml', undefined, '/w/octo.lock'],
    ['', undefined, '/octo.lock'],
    ['/p/prod.yaml', 'other.lock', '/w/other.lock'],
    ['/p/prod.yaml', '/l/x.lock', '/l/x.lock'],
  ]
  for (const [config, lock, expected] of cases) assert.equal(lockPathOf(config, '/w', lock), expected, config)
})

test('locking one config leaves the lockfile of another alone, and a shared one can be taken over', async (t) => {
  const { registry, base, withClient, install } = await aMachine(t, [{}, { plugin: 'other' }])
  await install()
  const prod = {
    config: aConfig([{ url: registry.url(), trust: key }], ['hello', 'other']),
    lockPath: join(base.lockPath, '../prod.lock'),
  }
  const error = await expectCodeAsync('LOCK_MISSING', () => install({ ...prod, frozen: true }))
  assert(String(error.hint).includes(`cp ${base.lockPath} ${prod.lockPath}`), String(error.hint))
  registry.publish(await aRelease(key, { version: '1.1.0' }))
  copyFileSync(base.lockPath, prod.lockPath)
  const changes = await withClient(prod, (client) => client.lock())
  assert.deepEqual(
    changes.map(({ name }) => name),
    ['core/other'],
  )
  assert.deepEqual(await withClient({}, (client) => client.lock()), [])
})

test('a dry run says what would change and why, and writes nothing', async (t) => {
  const { registry, releases, base, withClient, install, readLock } = await aMachine(t, [{}])
  const ask = (options: { dryRun?: boolean } = {}) =>
    withClient({}, (client) => client.lock({ update: 'all', ...options }))
  await ask({ dryRun: true })
  assert(!existsSync(base.lockPath))
  await install()
  const newer = await aRelease(key, { version: '2.0.0' })
  registry.publish(newer)
  const [planned] = await ask({ dryRun: true })
  assert.deepEqual([planned?.before?.version, planned?.after?.version], ['1.0.0', '2.0.0'])
  assert.match(planned?.reason ?? '', /newest stable version/)
  assert.equal(readLock().plugins['core/hello']?.version, '1.0.0')
  await ask()
  registry.publish(newer, { state: 'yanked', reason: 'it leaks' })
  const [down] = await ask()
  assert.deepEqual([down?.before?.version, down?.after?.version], ['2.0.0', '1.0.0'])
  assert.match(down?.reason ?? '', /`2\.0\.0` was yanked: it leaks/)
  assert.equal(releases.length, 1)
})
