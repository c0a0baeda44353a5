// A plugin of the core repo as it is published: bundled into one file, with what its manifest says. Bundled once for all tests of a
// process, as its bytes are the same each time, which test/plugins/ proves.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { VerifiedExecutable } from '../../../client/index.ts'
import { bundleOptions } from '../../../plugins/bundle-options.js'
import { parseManifest } from '../../../schemas/manifest.ts'
import { anExecutable } from '../builders/executables.ts'
import { tempFolder } from '../machine/temp-folder.ts'

const projectOf = (name: string) => fileURLToPath(new URL(`../../../plugins/${name}/`, import.meta.url))
const bundles = new Map<string, Promise<Uint8Array>>()

/** Its file lies in a folder of this test's, which is the plugin's root. */
export async function aBundledPlugin(t: Pick<TestContext, 'after'>, name: string): Promise<VerifiedExecutable> {
  const root = tempFolder(t)
  const path = join(root, `${name}.cjs`)
  writeFileSync(path, await bundleOf(name), { mode: 0o755 })
  const manifest = parseManifest(readFileSync(join(projectOf(name), 'plugin.yaml'), 'utf8'), 'plugin.yaml')
  const { output, input, arguments: schema } = manifest
  const executable = anExecutable(`${name}.mjs`, { path, output, input, ...(schema ? { arguments: schema } : {}) })
  return { ...executable, root }
}

/** As its build command makes it. */
export async function bundleOf(name: string): Promise<Uint8Array> {
  const known = bundles.get(name) ?? bundle(name)
  bundles.set(name, known)
  return known
}

async function bundle(name: string): Promise<Uint8Array> {
  const { outputFiles } = await build({ ...bundleOptions('main.ts'), absWorkingDir: projectOf(name), write: false })
  const [file] = outputFiles
  if (!file) throw new Error(`nothing was made of ${name}`)
  return file.contents
}
