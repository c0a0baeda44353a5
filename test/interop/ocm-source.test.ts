// A plugin registry that the real `ocm` (`OCM_BIN`) wrote, signed and brought to the registry of Docker (`REGISTRY_BIN`): octo installs a
// plugin from it that is proven from the top. The plugin is one that was made with OCM's own SDK, where `OCM_PLUGINS` names its folder.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { stringify } from 'yaml'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'

const OCM = process.env.OCM_BIN ?? 'ocm'
const REGISTRY = process.env.REGISTRY_BIN ?? 'docker-registry'
const REAL = join(process.env.OCM_PLUGINS ?? '', 'test-plugin-component-lister')
const CAPABILITIES = new URL('../fixtures/ocm/capabilities-test-plugin-component-lister.json', import.meta.url)

const has = (program: string, word: string) => spawnSync(program, [word]).status === 0
const skip =
  has(OCM, 'version') && has(REGISTRY, '--version')
    ? false
    : 'ocm and docker-registry are not both here; OCM_BIN and REGISTRY_BIN name them'

async function startDistribution(t: TestContext, folder: string): Promise<string> {
  const storage = { filesystem: { rootdirectory: join(folder, 'data') } }
  writeFileSync(
    join(folder, 'registry.yml'),
    stringify({ version: 0.1, log: { formatter: 'json' }, storage, http: { addr: '127.0.0.1:0' } }),
  )
  const child = spawn(REGISTRY, ['serve', join(folder, 'registry.yml')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  for await (const line of createInterface({ input: child.stderr })) {
    const host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
    if (host === undefined) continue
    child.stderr.resume()
    return host
  }
  return assert.fail('the registry has ended')
}

const PLUGIN = 'acme.org/plugins/lister'
const LIST = 'acme.org/plugin-registry'

function constructorOf() {
  const provider = { name: 'acme.org' }
  const version = 'v1.2.0'
  const resource = {
    ...{ name: 'lister', version, type: 'ocmPlugin', extraIdentity: { os: 'linux', architecture: 'amd64' } },
    input: { type: 'file/v1', path: './lister', mediaType: 'application/octet-stream' },
  }
  const info = {
    name: 'ocm.software/pluginInfo',
    value: { description: 'lists components', platforms: ['linux/amd64'] },
  }
  const reference = { name: 'lister', version, componentName: PLUGIN, labels: [info] }
  return stringify({
    components: [
      { name: PLUGIN, version, provider, labels: [{ name: 'description', value: 'lists' }], resources: [resource] },
      { name: LIST, version: '1.0.3', provider, componentReferences: [reference] },
    ],
  })
}

test('octo installs a plugin that `ocm` signed and brought to a registry, and the plugin answers', {
  skip,
}, async (t) => {
  const folder = tempFolder(t)
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const at = (name: string, text: string, mode = 0o600) => writeFileSync(join(folder, name), text, { mode })
  if (existsSync(REAL)) copyFileSync(REAL, join(folder, 'lister'))
  else at('lister', `#!/bin/sh\ncat <<'END'\n${readFileSync(CAPABILITIES, 'utf8').trim()}\nEND\n`)
  at('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  at('pub.pem', publicKey.export({ type: 'spki', format: 'pem' }).toString())
  at('constructor.yaml', constructorOf())
  const identity = { type: 'RSA/v1alpha1', algorithm: 'RSASSA-PSS', signature: 'default' }
  const properties = { private_key_pem_file: join(folder, 'key.pem'), public_key_pem_file: join(folder, 'pub.pem') }
  const consumers = [{ identity, credentials: [{ type: 'Credentials/v1', properties }] }]
  const configurations = [{ type: 'credentials.config.ocm.software', consumers }]
  at('ocm.yaml', stringify({ type: 'generic.config.ocm.software/v1', configurations }))
  const ocm = (...words: string[]) => execFileSync(OCM, words, { cwd: folder, env: { HOME: folder }, stdio: 'pipe' })
  const host = await startDistribution(t, folder)
  ocm('add', 'component-version', '--repository', 'ctf', '--constructor', 'constructor.yaml')
  ocm('sign', 'component-version', `ctf//${LIST}:1.0.3`, '--config', 'ocm.yaml')
  for (const name of [`${PLUGIN}:v1.2.0`, `${LIST}:1.0.3`])
    ocm('transfer', 'component-version', `ctf::./ctf//${name}`, `http://${host}/acme`, '--copy-resources')

  const repo = { url: `ocm://${host}/acme//${LIST}`, keys: [{ file: './pub.pem' }] }
  at('octo.yaml', JSON.stringify({ operator: { repos: { acme: repo }, plugins: { lister: { repo: 'acme' } } } }))
  const octo = (...words: string[]) => octoIn({ cwd: folder }, words)
  const installed = await octo('install', '--json', '--platform', 'linux_amd64')
  assert.equal(installed.code, 0, installed.stderr)
  const [lister] = JSON.parse(installed.stdout).plugins
  assert.deepEqual([lister.version, lister.plugin], ['1.2.0', 'lister'])
  assert.deepEqual(readFileSync(lister.path), readFileSync(join(folder, 'lister')))
  const said = JSON.parse(execFileSync(lister.path, ['capabilities'], { encoding: 'utf8' }))
  assert.equal(said.capabilities[0].type, 'componentLister')
  const { stdout } = await octo('search')
  assert.match(stdout, /acme\/lister +1\.2\.0 +service, ocm +lists components/)
  if (existsSync(REAL)) assert.equal((await octo('plugin', 'check', lister.path)).code, 0)

  at('octo.yaml', JSON.stringify({ operator: { repos: { acme: { ...repo, keys: undefined, digests: [] } } } }))
  assert.match(
    (await octo('search')).stderr,
    /error\[SIGNER_NOT_ALLOWED\]: nothing proves `acme\.org\/plugin-registry:1\.0\.3`/,
  )
})
