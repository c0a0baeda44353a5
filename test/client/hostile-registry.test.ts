import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { OctoConfig } from '../../config/model/config.ts'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { expectCode, expectCodeAsync } from '../support/assertions/expect-code.ts'
import { tarballOf } from '../support/builders/archive-builder.ts'
import { aRelease, aScript, issueKey } from '../support/builders/test-authority.ts'
import { aMachine, key, one, run } from '../support/client/client-machine.ts'
import { filesBelow } from '../support/machine/temp-folder.ts'

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
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () => install(withKeys({ to: 1 })))
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () => install(withKeys({ from: Date.now() + 1e6 })))
  await install(withKeys({ from: 1 }))
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
    const { hint } = await expectCodeAsync(code, install).catch((error) => assert.fail(`${what}: ${error}`))
    if (answer === 451) assert.match(hint ?? '', /`octo update`/)
    for (const place of ['blobs', 'trees/sha256', 'parts', 'staging'])
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
  for (const place of ['blobs', 'trees/sha256', 'parts', 'staging', 'memo'])
    assert.deepEqual(filesBelow(join(base.storeRoot, 'v1', place)), [])
  assert(!existsSync(join(base.storeRoot, 'escape')))
})

test('refuses a plugin document older than one seen before', async (t) => {
  const { registry, withClient } = await aMachine(t)
  const old = registry.files.get('repos/core/hello.json') as Buffer
  registry.publish(await aRelease(key, { version: '1.1.0' }))
  await withClient({}, (client) => client.lock())
  registry.files.set('repos/core/hello.json', old)
  await expectCodeAsync('INDEX_ROLLBACK', () => withClient({}, (client) => client.lock({ update: 'all' })))
})
