// A repo without a registry: the files of `octo repo build` on a static host are enough to install, prove and run; so is
// the tree that a registry left behind.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { aConsumer } from '../../support/client/consumer.ts'
import { freePort } from '../../support/machine/listening.ts'
import { serveFolder } from '../../support/machine/serve-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { publishProjects, signProjects, writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('plugins of a built repo are installed from a static host and run', async (t) => {
  const folder = tempFolder(t)
  const root = join(folder, 'site')
  const key = issueKey()
  const keys = writeKeyFiles(folder, key)
  await using project = await aPluginProject()
  const host = await serveFolder(t, root)
  const dists = await signProjects([project.dir], keys)
  const words = ['repo', 'build', '--out', root, '--url', host.url, '--public-key', keys.publicKey, ...dists]
  const built = await typeOcto(words)
  assert.equal(built.code, 0, built.stderr)

  const consumer = aConsumer(t, { url: `${host.url}/repos/core.yaml`, key })
  const first = await consumer.octo('run', 'hello', '--', 'from a bucket')
  assert.deepEqual([first.code, first.stdout], [0, 'hello from a bucket\n'], first.stderr)
  const asked = host.requests.length
  const again = await consumer.octo('run', 'hello', '--frozen', '--offline', '--', 'again')
  assert.deepEqual([again.code, again.stdout], [0, 'hello again\n'], again.stderr)
  assert.equal(host.requests.length, asked)
})

test('plugins of a stopped registry are installed from its tree and run', async (t) => {
  const folder = tempFolder(t)
  const registry = await startTestRegistry(t)
  await using project = await aPluginProject()
  await publishProjects([project.dir], registry, writeKeyFiles(folder, registry.key))
  await registry.stop()

  const host = await serveFolder(t, join(registry.dataDir, 'tree'))
  const consumer = aConsumer(t, { url: `${host.url}/repos/core.yaml`, key: registry.key })
  const { code, stdout, stderr } = await consumer.octo('run', 'hello', '--', 'still here')
  assert.deepEqual([code, stdout], [0, 'hello still here\n'], stderr)
})

test('a release that another key signed is refused, whoever serves it, and leaves nothing behind', async (t) => {
  const folder = tempFolder(t)
  const root = join(folder, 'site')
  const keys = writeKeyFiles(folder, issueKey())
  await using project = await aPluginProject()
  const host = await serveFolder(t, root)
  const dists = await signProjects([project.dir], keys)
  const words = ['repo', 'build', '--out', root, '--url', host.url, '--public-key', keys.publicKey, ...dists]
  assert.equal((await typeOcto(words)).code, 0)
  const consumer = aConsumer(t, { url: `${host.url}/repos/core.yaml`, key: issueKey() })
  const refused = await consumer.octoHere('run', 'hello')
  assert.deepEqual([refused.code, refused.stdout], [76, ''])
  assert.match(refused.stderr, /SIGNER_NOT_ALLOWED/)
  const offline = await consumer.octoHere('run', 'hello', '--offline')
  assert.notEqual(offline.code, 0)
})

test('a host that is gone is one clear sentence', async (t) => {
  const consumer = aConsumer(t, { url: `http://127.0.0.1:${await freePort()}/repos/core.yaml`, key: issueKey() })
  const { code, stderr } = await consumer.octoHere('run', 'hello')
  assert.equal(code, 69)
  assert.match(stderr, /error\[FETCH_FAILED\]/)
})
