// A tool that nobody here wrote, from its npm packages to a run on this machine: published for four platforms at once.
import assert from 'node:assert/strict'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { fetchBinaries } from '../../examples/third-party/fetch-binaries.ts'
import { digestOf } from '../../schemas/digest.ts'
import { parseManifest } from '../../schemas/manifest.ts'
import { aConsumer } from '../support/client/consumer.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { runOcto } from '../support/octo/run-octo.ts'
import { publishProjects, writeKeyFiles } from '../support/publisher/publish-project.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const PROJECT = fileURLToPath(new URL('../../examples/third-party/esbuild/', import.meta.url))
const FOUR = ['darwin_arm64', 'linux_amd64', 'linux_arm64', 'windows_amd64']

const fetched = await fetchBinaries().catch((error: Error) => error)
const skip = fetched instanceof Error ? `esbuild cannot be fetched from npm: ${fetched.message.split('\n')[0]}` : false
const ESBUILD = parseManifest(readFileSync(join(PROJECT, 'plugin.yaml'), 'utf8'), 'plugin.yaml')

/** The project in a folder of the test's own. */
function copyProject(t: TestContext): string {
  const dir = join(tempFolder(t), 'esbuild')
  cpSync(PROJECT, dir, { recursive: true, filter: (source) => !source.includes(`${PROJECT}dist`) })
  return dir
}

test('esbuild is published for four platforms, installed, proven and run here', { skip }, async (t) => {
  const dir = copyProject(t)
  const registry = await startTestRegistry(t)
  const published = await publishProjects([dir], registry, writeKeyFiles(tempFolder(t), registry.key))
  const [release] = JSON.parse(published.stdout).releases
  assert.deepEqual(release.artifacts.map(({ platform }: { platform: string }) => platform).sort(), FOUR)

  const consumer = aConsumer(t, { url: `${registry.url}/repos/core.yaml`, key: registry.key })
  const first = await consumer.octo('run', 'esbuild', '--', '--version')
  assert.deepEqual([first.code, first.stdout], [0, `${ESBUILD.version}\n`], first.stderr)
  await registry.stop()
  const offline = await consumer.octo('run', 'esbuild', '--frozen', '--offline', '--', '--version')
  assert.deepEqual([offline.code, offline.stdout], [0, `${ESBUILD.version}\n`], offline.stderr)
  const lock = JSON.parse(readFileSync(join(consumer.folder, 'octo.lock'), 'utf8'))
  assert.deepEqual(Object.keys(lock.plugins['core/esbuild'].platforms).sort(), FOUR)
})

test('esbuild for a platform that does not exist names the four that do', { skip }, async (t) => {
  const registry = await startTestRegistry(t)
  await publishProjects([copyProject(t)], registry, writeKeyFiles(tempFolder(t), registry.key))
  const services = { web: { init: [{ tool: 'esbuild', args: ['--version'] }] } }
  const consumer = aConsumer(t, { url: `${registry.url}/repos/core.yaml`, key: registry.key, services })
  const { code, stderr } = await consumer.octo('install', '--platform', 'freebsd_amd64')
  assert.equal(code, 66, stderr)
  assert.match(stderr, /error\[NO_MATCHING_PLATFORM\].*freebsd_amd64/)
  for (const platform of FOUR) assert.match(stderr, new RegExp(platform))
  const mac = await consumer.octo('install', '--platform', 'darwin_arm64')
  assert.equal(mac.code, 0, mac.stderr)
})

test('a second build gives the same bytes, which are the ones that npm has', { skip }, async (t) => {
  const dir = copyProject(t)
  const build = async (out: string) => {
    const run = await runOcto(['build', dir, '--out', join(dir, out)])
    assert.equal(run.code, 0, run.stderr)
    return FOUR.map((platform) => readFileSync(join(dir, out, fileOf(platform))))
  }
  const [first, second] = [await build('first'), await build('second')]
  assert.deepEqual(first.map(digestOf), second.map(digestOf))
  assert.ok(!(fetched instanceof Error))
  const fromNpm = fetched.toSorted((a, b) => (a.platform < b.platform ? -1 : 1)).map(({ path }) => readFileSync(path))
  assert.deepEqual(first.map(digestOf), fromNpm.map(digestOf))
})

test('the version of the plugin is the version that package-lock.json pins', () => {
  const { packages } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'))
  assert.equal(ESBUILD.version, packages['node_modules/@esbuild/linux-x64'].version)
  assert.deepEqual(Object.keys(ESBUILD.platforms).sort(), FOUR)
})

function fileOf(platform: string): string {
  return `esbuild_${ESBUILD.version}_${platform}${platform.startsWith('windows') ? '.exe' : ''}`
}
