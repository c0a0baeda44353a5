// A native binary that nobody here built, from node_modules: published as it is, proven, run, and refused where it claims
// to be for another platform. All four platforms, from npm, are in test/interop.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import test from 'node:test'
import { hostPlatform } from '../../../client/host-platform.ts'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { aConsumer } from '../../support/client/consumer.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { publishProjects, writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const EXE = process.platform === 'win32' ? '.exe' : ''
const resolve = createRequire(import.meta.url).resolve
const { version } = JSON.parse(readFileSync(resolve('esbuild/package.json'), 'utf8'))
const binary = readFileSync(resolve(`@esbuild/${process.platform}-${process.arch}/bin/esbuild${EXE}`))
const platform = hostPlatform().replace(/_musl$/, '')
const other = platform.endsWith('amd64') ? platform.replace('amd64', 'arm64') : platform.replace('arm64', 'amd64')

const aTool = (forPlatform: string) =>
  aPluginProject({
    name: 'bundler',
    version,
    manifest: { description: 'bundles', platforms: { [forPlatform]: { file: `bin/bundler${EXE}` } } },
    files: { [`bin/bundler${EXE}`]: binary },
  })

test('a prebuilt binary is published, installed and run, with its own exit code and output', async (t) => {
  const registry = await startTestRegistry(t)
  await using project = await aTool(platform)
  await publishProjects([project.dir], registry, writeKeyFiles(tempFolder(t), registry.key))
  const consumer = aConsumer(t, { url: `${registry.url}/repos/core.yaml`, key: registry.key })
  const good = await consumer.octo('run', 'bundler', '--', '--version')
  assert.deepEqual([good.code, good.stdout], [0, `${version}\n`], good.stderr)
  const bad = await consumer.octo('run', 'bundler', '--', '--no-such-flag')
  assert.equal(bad.code, 1)
  assert.match(bad.stderr, /Invalid \w+ flag: "--no-such-flag"/)
})

test('a binary of this platform cannot be published as one of another', async (t) => {
  const folder = tempFolder(t)
  const registry = await startTestRegistry(t)
  await using project = await aTool(other)
  const keys = writeKeyFiles(folder, registry.key)
  const words = ['publish', project.dir, '--registry', registry.url, '--key', keys.privateKey]
  const { code, stderr } = await typeOcto(words, { env: { OCTO_TOKEN: registry.token } })
  assert.equal(code, 76)
  assert.match(stderr, /PLATFORM_MISMATCH/)
  assert.equal((await fetch(`${registry.url}/repos/core/bundler.json`)).status, 404)
})
