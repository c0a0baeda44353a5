// After one install a machine needs no network at all: the same check runs in a network namespace without any interface,
// not even loopback, where every connection is refused by the kernel.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { aConsumer } from '../../support/client/consumer.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'
import { BUNDLE } from '../../support/octo/run-octo.ts'
import { publishCheckedPlugins } from '../../support/operator/checked-plugins.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const OCTO = fileURLToPath(new URL('../../../bin/octo.js', import.meta.url))
const run = promisify(execFile)
const canUnshare = spawnSync('unshare', ['--net', 'true']).status === 0

test('a frozen offline check passes without any network, and finds a flipped bit before it runs', {
  skip: canUnshare ? false : 'needs `unshare --net`, which takes Linux and root',
}, async (t) => {
  const registry = await startTestRegistry(t)
  const { services, releases } = await publishCheckedPlugins(registry, registry.key, { count: 2, size: 100_000 })
  const consumer = aConsumer(t, { url: `${registry.url}/repos/core.yaml`, key: registry.key, services })
  const online = await consumer.octoHere('check')
  assert.equal(online.code, 0, online.stderr)
  await registry.stop()
  const isolated = () =>
    run('unshare', ['--net', process.execPath, OCTO, 'check', '--offline', '--frozen', '--json'], {
      cwd: consumer.folder,
      env: { PATH: process.env.PATH ?? '', HOME: consumer.folder, ...BUNDLE, ...consumer.env },
    })
  assert.equal(JSON.parse((await isolated()).stdout).summary.passed, 2)
  const raw = [...(releases[0]?.files.values() ?? [])][0] ?? Buffer.alloc(0)
  const copies = filesBelow(consumer.store).map((path) => join(consumer.store, path))
  const path = copies.find((copy) => readFileSync(copy).equals(raw))
  assert.ok(path)
  const bytes = Buffer.from(raw)
  bytes.writeUInt8(bytes.readUInt8(5000) ^ 8, 5000)
  chmodSync(path, 0o755)
  writeFileSync(path, bytes)
  const refused = (await isolated().catch((error: unknown) => error)) as {
    code: number
    stderr: string
    stdout: string
  }
  assert.notEqual(refused.code, 0)
  assert.match(refused.stderr + refused.stdout, /STORE_CORRUPT/)
})
