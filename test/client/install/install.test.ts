import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Platform } from '../../../schemas/platform.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tarballOf } from '../../support/builders/archive-builder.ts'
import { aScript } from '../../support/builders/test-authority.ts'
import { aMachine, key, one, run } from '../../support/client/client-machine.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'

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
  rmSync(join(base.storeRoot, 'v1/memo'), { recursive: true })
  assert.equal(run(one((await install({ offline: true, frozen: true })).executables)), 'from the archive\n')
})

const ARCHIVE = {
  bytes: tarballOf([{ path: 'bin/check_udp', content: '#!/bin/sh\n', mode: 0o755 }]),
  ...{ file: 'hello.tar.gz', format: 'tar.gz' as const, executable: 'bin/check_udp' },
}
const LOGIN = {
  bytes: tarballOf([{ path: 'bin/-bash', content: '#!/bin/sh\n', mode: 0o755 }]),
  ...{ file: 'hello.tar.gz', format: 'tar.gz' as const, executable: 'bin/-bash' },
}
for (const [title, offer, name] of [
  ['a raw artifact is called as the plugin', aScript(), 'hello'],
  ['a raw artifact is called as its statement says', { bytes: aScript(), argv0: 'check_udp' }, 'check_udp'],
  ['the executable of an archive keeps its name', ARCHIVE, 'check_udp'],
  ['the executable of an archive is called as its statement says', { ...ARCHIVE, argv0: 'check_tcp' }, 'check_tcp'],
  ['a name that would make a shell read login files is not used', LOGIN, 'hello'],
] as const)
  test(title, async (t) => {
    const { install } = await aMachine(t, [{ platforms: { linux_amd64: offer } }])
    assert.equal(one((await install()).executables).argv0, name)
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

test('refuses to go to the network when offline', async (t) => {
  const { install, registry, base } = await aMachine(t)
  await expectCodeAsync('OFFLINE', () => install({ offline: true }))
  await install()
  rmSync(base.storeRoot, { recursive: true })
  registry.requests.length = 0
  await expectCodeAsync('OFFLINE', () => install({ offline: true, frozen: true }))
  assert.deepEqual(registry.requests, [])
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

test('says of a platform that only emulation runs which artifact is taken, and is quiet about its own', async (t) => {
  const { install, warnings } = await aMachine(t, [{ platforms: { darwin_amd64: aScript() } }])
  const { executables } = await install({ platform: 'darwin_arm64' as Platform })
  assert.equal(one(executables).platform, 'darwin_amd64')
  assert.deepEqual(warnings, [
    '`core/hello@1.0.0` has no artifact for `darwin_arm64`, the one for `darwin_amd64` runs emulated',
  ])
  warnings.length = 0
  await install({ platform: 'darwin_amd64' as Platform })
  assert.deepEqual(warnings, [])
})
