// A real nginx, which knows nothing of octo, over the files of `octo repo build` and over a stopped registry's tree.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { aPluginProject } from '../support/builders/plugin-project.ts'
import type { SigningKey } from '../support/builders/test-authority.ts'
import { issueKey } from '../support/builders/test-authority.ts'
import { aConsumer } from '../support/client/consumer.ts'
import { nginxVersion, startNginx } from '../support/machine/nginx.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { runOcto } from '../support/octo/run-octo.ts'
import { publishProjects, signProjects, writeKeyFiles } from '../support/publisher/publish-project.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const skip = nginxVersion() === undefined ? 'nginx is not on this machine' : false

/** Installs, runs, checks, and does it again without the network. */
async function useRepo(t: TestContext, url: string, key: SigningKey): Promise<void> {
  const services = { web: { health: [{ tool: 'hello', args: ['checked'] }] } }
  const consumer = aConsumer(t, { url: `${url}/repos/core.yaml`, key, services })
  const installed = await consumer.octo('install')
  assert.equal(installed.code, 0, installed.stderr)
  const run = await consumer.octo('run', 'hello', '--', 'nginx')
  assert.deepEqual([run.code, run.stdout], [0, 'hello nginx\n'], run.stderr)
  const checked = await consumer.octo('check', '--frozen', '--offline')
  assert.equal(checked.code, 0, checked.stderr)
}

test('nginx serves a built repo: plugins are installed, run and checked', { skip }, async (t) => {
  const folder = tempFolder(t)
  const root = join(folder, 'site')
  mkdirSync(root)
  const key = issueKey()
  const keys = writeKeyFiles(folder, key)
  await using project = await aPluginProject()
  const dists = await signProjects([project.dir], keys)
  const nginx = await startNginx(t, root)
  const words = ['repo', 'build', '--out', root, '--url', nginx.url, '--public-key', keys.publicKey, ...dists]
  const built = await runOcto(words)
  assert.equal(built.code, 0, built.stderr)
  await useRepo(t, nginx.url, key)
  assert.ok(nginx.requests().includes('/repos/core/hello.json'), nginx.requests().join(' '))
})

test('nginx serves the tree of a stopped registry: plugins are installed, run and checked', { skip }, async (t) => {
  const folder = tempFolder(t)
  const registry = await startTestRegistry(t)
  await using project = await aPluginProject()
  await publishProjects([project.dir], registry, writeKeyFiles(folder, registry.key))
  await registry.stop()
  const nginx = await startNginx(t, join(registry.dataDir, 'tree'))
  await useRepo(t, nginx.url, registry.key)
})
