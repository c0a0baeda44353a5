// What the real octoctl does with our registry, by its emulation: three requests, then none; the real one is in interop.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { platformOf } from '../../../schemas/platform.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { serveFolder } from '../../support/machine/serve-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { runOctoctl } from '../../support/octoctl/octoctl-emulation.ts'
import { anOperatorProject, expectedRequests } from '../../support/octoctl/octoctl-scene.ts'
import { publishProjects, signProjects, writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const platform = platformOf({ platform: process.platform, arch: process.arch })
const paths = (urls: readonly string[]) => urls.map((url) => new URL(url).pathname)

test('octoctl downloads, checks and runs an operator of our registry, with three requests and then none', async (t) => {
  const folder = tempFolder(t)
  const registry = await startTestRegistry(t)
  await using project = await anOperatorProject()
  await publishProjects([project.dir], registry, writeKeyFiles(folder, registry.key))
  const config = { name: 'journey', repos: [`${registry.url}/repos/core.yaml`], operator: 'myop' }

  const first = await runOctoctl(config, folder, ['status'])
  assert.deepEqual(paths(first.requests), expectedRequests(platform))
  const cache = join(folder, 'octocompose', 'journey')
  assert.equal(first.stdout, `--config ${cache}/config.json --log-level info status\n`)
  assert.equal(first.exitCode, 0)
  const second = await runOctoctl(config, folder, ['logs', '--follow', 'web'])
  assert.deepEqual(second.requests, [])
  assert.match(second.stdout, / logs --follow web\n$/)
})

test('octoctl refuses an operator of a static repo whose checksum is another', async (t) => {
  const folder = tempFolder(t)
  const root = join(folder, 'site')
  const keys = writeKeyFiles(folder, issueKey())
  const host = await serveFolder(t, root)
  await using project = await anOperatorProject()
  const dists = await signProjects([project.dir], keys)
  const built = await typeOcto([
    'repo',
    'build',
    '--out',
    root,
    '--url',
    host.url,
    '--public-key',
    keys.publicKey,
    ...dists,
  ])
  assert.equal(built.code, 0, built.stderr)
  const config = { name: 'journey', repos: [`${host.url}/repos/core.yaml`], operator: 'myop' }
  assert.equal((await runOctoctl(config, join(folder, 'good'), ['status'])).exitCode, 0)

  const [, checksum = ''] = expectedRequests(platform)
  const file = join(root, checksum)
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
  )
  await assert.rejects(
    runOctoctl(config, join(folder, 'bad'), ['status']),
    /checksum mismatch: expected [0-9a-f]+, got/,
  )
})
