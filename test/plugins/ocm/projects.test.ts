// The service plugins of `core` as projects: their manifests say what their code does, and each is built into one file.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { bundleOptions } from '../../../plugins/bundle-options.js'
import { plugin as blobCompression } from '../../../plugins/ocm/blob-compression/plugin.ts'
import { plugin as blobDigest } from '../../../plugins/ocm/blob-digest/plugin.ts'
import { plugin as fileInput } from '../../../plugins/ocm/file-input/plugin.ts'
import { plugin as keySigning } from '../../../plugins/ocm/key-signing/plugin.ts'
import { plugin as registryComponents } from '../../../plugins/ocm/registry-components/plugin.ts'
import { plugin as registryLister } from '../../../plugins/ocm/registry-lister/plugin.ts'
import { plugin as vaultCredentials } from '../../../plugins/ocm/vault-credentials/plugin.ts'
import { renderCapabilities } from '../../../schemas/contract/ocm/capabilities.ts'
import { parseManifest } from '../../../schemas/manifest.ts'
import { ANY } from '../../../schemas/platform.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const PLUGINS = [
  ...[blobCompression, blobDigest, fileInput, keySigning, registryComponents, registryLister, vaultCredentials],
]
const ROOT = fileURLToPath(new URL('../../../plugins/ocm/', import.meta.url))
const MANIFEST = 'plugin.yaml'
const run = promisify(execFile)

test('plugin.yaml says what the code says, and README.md names each type', () => {
  const projects = readdirSync(ROOT).filter((name) => existsSync(join(ROOT, name, MANIFEST)))
  assert.deepEqual(projects.sort(), PLUGINS.map(({ name }) => name).sort())
  for (const plugin of PLUGINS) {
    const read = (file: string) => readFileSync(join(ROOT, plugin.name, file), 'utf8')
    const { repo, name, version, description, kind, protocol, platforms } = parseManifest(read(MANIFEST), MANIFEST)
    assert.deepEqual([repo, name, version, description], ['core', plugin.name, plugin.version, plugin.summary])
    assert.deepEqual([kind, protocol], ['service', 'ocm'])
    // Archives are no plugins to `ocm`.
    assert.equal(platforms[ANY]?.file, `dist/${plugin.name}`)
    const { capabilities, configTypes } = plugin.capabilities()
    const types = capabilities.flatMap((each) =>
      Object.values(each.types)
        .flat()
        .map(({ type }) => type),
    )
    for (const type of [...types, ...configTypes])
      assert.ok(read('README.md').includes(type), `${plugin.name}: ${type}`)
  }
})

test('each is one file without a dot in its name, which needs only Node', async (t) => {
  const folder = tempFolder(t)
  const bundle = async (name: string) => {
    const { outputFiles = [] } = await build(bundleOptions(join(ROOT, name, 'main.ts')))
    return Buffer.from(outputFiles[0]?.contents ?? '')
  }
  for (const plugin of PLUGINS) {
    const [bytes, again] = await Promise.all([bundle(plugin.name), bundle(plugin.name)])
    assert.deepEqual(bytes, again)
    const file = join(folder, plugin.name)
    writeFileSync(file, bytes)
    const { stdout } = await run(process.execPath, [file, 'capabilities'], { cwd: folder, env: {} })
    assert.equal(stdout, renderCapabilities(plugin.capabilities()))
  }
})
