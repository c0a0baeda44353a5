// The parts of documents that need programs of others: the nginx configuration and the cosign command, as they stand there.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { aPluginProject } from '../support/builders/plugin-project.ts'
import { issueKey } from '../support/builders/test-authority.ts'
import { aConsumer } from '../support/client/consumer.ts'
import { freePort } from '../support/machine/listening.ts'
import { nginxVersion } from '../support/machine/nginx.ts'
import { runWell } from '../support/machine/run-shell.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'
import { blocksOf, blocksOfKind } from '../support/octo/document-blocks.ts'
import { publishProjects, signProjects, writeKeyFiles } from '../support/publisher/publish-project.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const noNginx = nginxVersion() === undefined ? 'nginx is not on this machine' : false
const COSIGN = process.env.COSIGN_BIN ?? 'cosign'
const noCosign = spawnSync(COSIGN, ['version']).status === 0 ? false : 'cosign is not on this machine'

test('nginx in front, as the page has it: publish through it, install with and without the registry', {
  skip: noNginx,
}, async (t) => {
  const folder = tempFolder(t)
  const registry = await startTestRegistry(t)
  const url = await startDocumentedNginx(t, folder, registry)
  await using project = await aPluginProject({ files: { 'src/big.bin': Buffer.alloc(3_000_000, 'not much to pack ') } })
  await publishProjects([project.dir], { url, token: registry.token }, writeKeyFiles(folder, registry.key))
  const document = await fetch(`${url}/repos/core/hello.json`)
  assert.equal(document.headers.get('content-type'), 'application/json')
  assert.equal(document.headers.get('content-encoding'), 'gzip')
  assert.equal(document.headers.get('repr-digest'), null)
  assert.equal((await fetch(`${url}/plugins/core/hello`)).status, 200)
  await registry.stop()
  const consumer = aConsumer(t, { url: `${url}/repos/core.yaml`, key: registry.key })
  const run = await consumer.octo('run', 'hello', '--', 'nginx')
  assert.deepEqual([run.code, run.stdout], [0, 'hello nginx\n'], run.stderr)
})

test('cosign verifies a release with the command of the page', { skip: noCosign }, async (t) => {
  const folder = tempFolder(t)
  const keys = writeKeyFiles(folder, issueKey(), 'acme')
  await using project = await aPluginProject({ name: 'my-check', version: '0.1.0' })
  const [dist = ''] = await signProjects([project.dir], keys)
  const command = blocksOfKind('docs/PUBLISHING.md', 'cosign')
    .join('')
    .replace(/^cosign/, `'${COSIGN}'`)
    .replace('acme.pub', keys.publicKey)
  assert.match(await runWell(command, { cwd: dist, env: { HOME: folder } }), /Verified OK/)
})

/** The server block as it is, but for port, TLS and paths. */
async function startDocumentedNginx(t: TestContext, folder: string, registry: { url: string; dataDir: string }) {
  const port = await freePort()
  const [block] = blocksOf('docs/OPERATING.md', '### nginx in front').filter(({ language }) => language === 'nginx')
  const server = (block?.text ?? '')
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace(/ *ssl_certificate.*\n/g, '')
    .replace('/var/lib/octo/tree', join(registry.dataDir, 'tree'))
    .replace('http://127.0.0.1:8787', registry.url)
  assert.equal(server.match(/127\.0\.0\.1:/g)?.length, 2, server)
  // As the page says: whoever is nginx has to be let through to the tree.
  for (const path of [folder, registry.dataDir]) chmodSync(path, 0o755)
  mkdirSync(join(folder, 'temp'), { mode: 0o777 })
  chmodSync(join(folder, 'temp'), 0o777)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/temp/${name};`,
  )
  writeFileSync(
    join(folder, 'nginx.conf'),
    `pid ${folder}/nginx.pid;\nevents {}\nhttp {\naccess_log off;\n${temporary.join('\n')}\n${server}}\n`,
  )
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log'), '-g', 'daemon off;'])
  t.after(async () => {
    child.kill('SIGQUIT')
    if (child.exitCode === null) await once(child, 'exit')
  })
  const url = `http://127.0.0.1:${port}`
  await until(() =>
    fetch(`${url}/livez`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  return url
}
