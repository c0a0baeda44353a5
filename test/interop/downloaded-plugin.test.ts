// A plugin that the real `ocm` (`OCM_BIN`) downloads from a registry of octo runs under both managers: octo's host, and OCM's own
// (`OCM_MANAGER`).
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundleOptions } from '../../plugins/bundle-options.js'
import { digestOf } from '../../schemas/digest.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'
import { driveByManager, noManager } from '../support/peers/ocm-program.ts'
import { anOciScene } from '../support/registry/oci-registry.ts'

const OCM = process.env.OCM_BIN ?? 'ocm'
const noOcm = spawnSync(OCM, ['version']).status === 0 ? false : `${OCM} is not on this machine, and OCM_BIN names none`
/** Plugins are started by their first line, which asks for a Node. */
const PATH = `${dirname(process.execPath)}:${process.env.PATH}`

/** Answers as the test plugin of OCM's own repository for inputs. */
async function bundledTwin(folder: string): Promise<Buffer> {
  const place = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))
  const entry = join(folder, 'twin.ts')
  writeFileSync(
    entry,
    `import { definePlugin } from ${place('../../sdk/service/index.ts')}
    import { goTwin } from ${place('../support/sdk/go-twins.ts')}
    void definePlugin({ name: 'twin', version: '1.0.0', summary: 'is downloaded',
      serves: [goTwin('inputRepository', { type: 'Fake/v1' })] }).main()\n`,
  )
  const { outputFiles } = await build(bundleOptions(entry))
  return Buffer.from(outputFiles?.[0]?.contents ?? '')
}

/** The folder that `ocm` downloaded the plugin into. */
async function downloaded(t: TestContext) {
  const scene = await anOciScene(t)
  const folder = tempFolder(t)
  const bytes = await bundledTwin(folder)
  await scene.publish({ plugin: 'twin', platforms: { any: { bytes, runtime: { name: 'node' } } } })
  const address = `${scene.registry.url}/core//octo.internal/core/twin:1.0.0`
  // The registry answers in this process, so nothing may hold its thread.
  const child = spawn(OCM, ['download', 'plugin', address, '--output', 'plugins'], {
    ...{ cwd: folder, env: { PATH, HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] },
  })
  const read = async (stream: NodeJS.ReadableStream) => (await Array.fromAsync(stream.setEncoding('utf8'))).join('')
  const [out, err, [code]] = await Promise.all([read(child.stdout), read(child.stderr), once(child, 'close')])
  assert.equal(code, 0, `${out}${err}`)
  assert.deepEqual(readFileSync(join(folder, 'plugins/twin')), bytes)
  mkdirSync(join(folder, 'tmp'))
  return { folder, digest: digestOf(bytes) }
}

test('what the real `ocm` downloads answers under octo, pinned by its digest', { skip: noOcm }, async (t) => {
  const { folder, digest } = await downloaded(t)
  const config = `operator: {pluginDirectories: [{path: ./plugins, digests: [${digest}]}]}\n`
  writeFileSync(join(folder, 'octo.yaml'), config)
  const resource = { name: 'r', version: '1.0.0', type: 'plain', relation: 'local', input: { type: 'Fake/v1' } }
  const words = ['plugin', 'call', 'processResource', JSON.stringify({ resource }), '--save', 'saved']
  const env = { PATH, OCTO_HOME: join(folder, 'store'), TMPDIR: join(folder, 'tmp') }
  const { code, stdout, stderr } = await octoIn({ cwd: folder, env }, words)
  assert.equal(code, 0, stderr)
  assert.equal(JSON.parse(stdout).resource.name, 'test-resource')
  assert.equal(readdirSync(join(folder, 'saved')).length, 1)
})

test('what the real `ocm` downloads answers under OCM’s own manager', { skip: noOcm || noManager }, async (t) => {
  const { folder } = await downloaded(t)
  const temporary = join(folder, 'tmp')
  const { steps, said } = await driveByManager(join(folder, 'plugins'), { TYPE: 'Fake/v1', TMPDIR: temporary, PATH })
  const failed = steps.filter(({ step, err }) => err && (step?.startsWith('input.') || step === 'register'))
  assert.deepEqual(failed, [], said)
  assert.equal(steps.filter(({ step }) => step?.startsWith('input.')).length, 5, said)
  await until(() => !readdirSync(temporary).some((name) => name.startsWith('octo-plugin-')))
})
