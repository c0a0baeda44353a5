// The real octoctl against our registry and against a static repo of ours.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { platformOf } from '../../schemas/platform.ts'
import { issueKey } from '../support/builders/test-authority.ts'
import { serveFolder } from '../support/machine/serve-folder.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { runOcto } from '../support/octo/run-octo.ts'
import { findOctoctl } from '../support/octoctl/octoctl-program.ts'
import { anOperatorProject, expectedRequests } from '../support/octoctl/octoctl-scene.ts'
import { publishProjects, signProjects, writeKeyFiles } from '../support/publisher/publish-project.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const octoctl = findOctoctl()
const skip = 'missing' in octoctl ? octoctl.missing : false
const platform = platformOf({ platform: process.platform, arch: process.arch })

type Run = { readonly code: number; readonly stdout: string; readonly stderr: string }
type Scene = { readonly folder: string; readonly repoUrl: string; readonly env?: Record<string, string> }

/** `octoctl -c config.yaml WORDS` with a cache of the scene's own. */
function run({ folder, repoUrl, env = {} }: Scene, words: readonly string[]): Promise<Run> {
  mkdirSync(folder, { recursive: true })
  const config = join(folder, 'config.yaml')
  writeFileSync(config, `name: interop\nrepos:\n  include:\n    - url: ${repoUrl}\noctoctl:\n  operator: myop\n`)
  const options = { env: { ...process.env, XDG_CACHE_HOME: folder, HOME: folder, ...env }, cwd: folder }
  const { promise, resolve } = Promise.withResolvers<Run>()
  execFile('path' in octoctl ? octoctl.path : '', ['-c', config, ...words], options, (error, stdout, stderr) =>
    resolve({ code: error ? Number(error.code ?? 255) : 0, stdout, stderr }),
  )
  return promise
}

test('octoctl runs an operator of our registry: three requests, then none, and its exit code', { skip }, async (t) => {
  const folder = tempFolder(t)
  const registry = await startTestRegistry(t)
  await using project = await anOperatorProject()
  await publishProjects([project.dir], registry, writeKeyFiles(folder, registry.key))
  const asked = () => registry.logs.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request')
  const before = asked().length
  const scene = { folder, repoUrl: `${registry.url}/repos/core.yaml` }

  const first = await run(scene, ['status'])
  assert.equal(first.code, 0, first.stderr)
  const cache = join(folder, 'octocompose', 'interop')
  assert.equal(first.stdout, `--config ${cache}/config.json --log-level info status\n`)
  const requests = asked().slice(before)
  assert.deepEqual(
    requests.map(({ path }) => path),
    expectedRequests(platform),
  )
  assert.deepEqual([...new Set(requests.map(({ status }) => status))], [200])

  const second = await run({ ...scene, env: { OP_EXIT: '7' } }, ['exec', 'web', 'ls'])
  assert.match(second.stdout, / exec web ls\n$/)
  assert.equal(second.code, 7)
  assert.equal(asked().length, before + 3)
})

test('octoctl reads a whole repo of ours: every plugin, as it must be', { skip }, async (t) => {
  const folder = tempFolder(t)
  const registry = await startTestRegistry(t)
  await using project = await anOperatorProject()
  const names = ['check-grpc', 'check-orbdrpc', 'check-server-url', 'check-tcp', 'check-tcp-port']
  const plugins = names.map((name) => join('plugins', name))
  const outs = plugins.map((dir, index) => ['publish', dir, '--out', join(folder, `dist-${index}`)])
  const keys = writeKeyFiles(folder, registry.key)
  await publishProjects([project.dir], registry, keys)
  for (const words of outs) {
    const published = await runOcto([...words, '--registry', registry.url, '--key', keys.privateKey], {
      env: { OCTO_TOKEN: registry.token },
    })
    assert.equal(published.code, 0, published.stderr)
  }
  const scene = { folder, repoUrl: `${registry.url}/repos/core.yaml` }
  const shown = await run(scene, ['config', 'show', '-f', 'json'])
  assert.equal(shown.code, 0, shown.stderr)
  const { repos } = JSON.parse(shown.stdout)
  assert.ok(repos.operators.myop.binary[platform].url.startsWith(`${registry.url}/repos/core/myop/1.0.0/`))
  assert.deepEqual(Object.keys(repos.tools).sort(), names)
})

test('octoctl refuses an operator of a static repo whose checksum is another', { skip }, async (t) => {
  const folder = tempFolder(t)
  const root = join(folder, 'site')
  const keys = writeKeyFiles(folder, issueKey())
  const host = await serveFolder(t, root)
  await using project = await anOperatorProject()
  const dists = await signProjects([project.dir], keys)
  const words = ['repo', 'build', '--out', root, '--url', host.url, '--public-key', keys.publicKey, ...dists]
  assert.equal((await runOcto(words)).code, 0)
  const repoUrl = `${host.url}/repos/core.yaml`
  assert.equal((await run({ folder: join(folder, 'good'), repoUrl }, ['status'])).code, 0)
  assert.deepEqual(host.requests, expectedRequests(platform))

  const file = join(root, expectedRequests(platform)[1] ?? '')
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
  )
  const refused = await run({ folder: join(folder, 'bad'), repoUrl }, ['status'])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr + refused.stdout, /checksum mismatch: expected [0-9a-f]+, got/)
})
