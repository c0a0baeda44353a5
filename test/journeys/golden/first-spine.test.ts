// What an earlier octo left on a machine works as it is: a registry's data folder, a static tree, a store, a config with its
// lockfile. The archive was written once and is never written anew.
import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { extract } from 'tar'
import { serveFolder } from '../../support/machine/serve-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const ARCHIVE = fileURLToPath(new URL('../../fixtures/golden/first-spine.tar.gz', import.meta.url))
/** Where the recorded config says the registry is; nothing listens there. */
const RECORDED_URL = 'http://127.0.0.1:47813'
const LOCKED = ['acme/greet@0.1.0', 'acme/my-check@0.3.0']

async function unpacked(t: TestContext): Promise<string> {
  const folder = tempFolder(t)
  await extract({ file: ARCHIVE, cwd: folder, preserveOwner: false })
  return folder
}

/** The recorded config and lockfile, with the registry where it is now. */
function moveRegistry(folder: string, url: string): void {
  for (const name of ['octo.yaml', 'octo.lock']) {
    const path = join(folder, name)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(RECORDED_URL, url))
  }
}

async function check(cwd: string, store: string, ...words: readonly string[]) {
  const { code, stdout, stderr } = await octoIn({ cwd, env: { OCTO_HOME: join(cwd, store) } }, [
    'check',
    '--json',
    ...words,
  ])
  assert.equal(code, 0, stdout + stderr)
  const { checks } = JSON.parse(stdout) as {
    checks: { repo: string; plugin: string; version: string; status: string }[]
  }
  assert.deepEqual(new Set(checks.map(({ status }) => status)), new Set(['ok']))
  return checks.map(({ repo, plugin, version }) => `${repo}/${plugin}@${version}`).sort()
}

test('a store and a lockfile of the first spine run without a network, and are proven whole', async (t) => {
  const folder = await unpacked(t)
  const lockfile = readFileSync(join(folder, 'octo.lock'), 'utf8')
  assert.deepEqual(await check(folder, 'store', '--frozen', '--offline'), LOCKED)
  assert.equal(readFileSync(join(folder, 'octo.lock'), 'utf8'), lockfile)
  const verified = await octoIn({ cwd: folder, env: { OCTO_HOME: join(folder, 'store') } }, ['cache', 'verify'])
  assert.equal(verified.code, 0, verified.stderr)
})

test('a registry of the first spine is all well, serves what was published, and takes the next version', async (t) => {
  const folder = await unpacked(t)
  const dataDir = join(folder, 'registry')
  const fsck = await octoIn({ cwd: folder }, ['registry', 'fsck', '--data', dataDir])
  assert.deepEqual([fsck.code, fsck.stdout], [0, 'all is well: 4 versions, 6 blobs (12 KiB), 0 orphans\n'], fsck.stderr)

  const registry = await startTestRegistry(t, { dataDir })
  moveRegistry(folder, registry.url)
  assert.deepEqual(await check(folder, 'new-store', '--frozen'), LOCKED)

  const { token } = await registry.createToken(['acme/*'])
  writeFileSync(join(folder, 'token'), token, { mode: 0o600 })
  await octoIn({ cwd: folder }, ['init', 'my-check', '--template', 'shell', '--repo', 'acme'])
  const manifest = join(folder, 'my-check/plugin.yaml')
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/^version: .*$/m, 'version: 0.4.0'))
  appendFileSync(join(folder, 'my-check/CHANGELOG.md'), '\n## 0.4.0\n\n- The next one.\n')
  const words = ['publish', 'my-check', '--registry', registry.url, '--token-file', 'token', '--key', 'acme.key']
  const published = await octoIn({ cwd: folder }, words)
  assert.equal(published.code, 0, published.stderr)
  const updated = await octoIn({ cwd: folder, env: { OCTO_HOME: join(folder, 'new-store') } }, ['update', '--yes'])
  assert.equal(updated.code, 0, updated.stderr)
  assert.deepEqual(await check(folder, 'new-store'), ['acme/greet@0.1.0', 'acme/my-check@0.4.0'])
})

test('a registry of the first spine remembers who did what, and why a version is yanked', async (t) => {
  const folder = await unpacked(t)
  const dataDir = join(folder, 'registry')
  const audit = await octoIn({ cwd: folder }, ['registry', 'audit', '--data', dataDir, '--json'])
  assert.equal(audit.code, 0, audit.stderr)
  assert.match(audit.stdout, /"too old"|reason=too old/)
  const registry = await startTestRegistry(t, { dataDir })
  const response = await fetch(`${registry.url}/repos/acme/my-check.json`)
  const document = (await response.json()) as { versions: Record<string, string>[] }
  const states = document.versions.map(({ version, state, reason }) => [version, state, reason])
  assert.deepEqual(states, [
    ['0.3.0', 'active', undefined],
    ['0.2.0', 'active', undefined],
    ['0.1.0', 'yanked', 'too old'],
  ])
})

test('a static tree of the first spine is installed from any web server', async (t) => {
  const folder = await unpacked(t)
  const host = await serveFolder(t, join(folder, 'site'))
  moveRegistry(folder, host.url)
  assert.deepEqual(await check(folder, 'new-store', '--frozen'), LOCKED)
})
