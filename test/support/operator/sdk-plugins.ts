// Plugins made with our sdk, bundled as their authors have it: `SERVES` of each is an expression of what it serves.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { discoverPlugins } from '../../../operator/ocm/discovery/discover.ts'
import { openKnowledge } from '../../../operator/ocm/discovery/known-files.ts'
import { bundleOptions } from '../../../plugins/bundle-options.js'
import { tempFolder } from '../machine/temp-folder.ts'

const SDK = fileURLToPath(new URL('../../../sdk/service/index.ts', import.meta.url))

/** `folder`: where they have their temporary files; their programs lie beside it, as a plugin loads nothing from outside of its own. */
export async function sdkPlugins(t: TestContext, serves: Readonly<Record<string, string>>) {
  const folder = tempFolder(t)
  const env = { PATH: process.env.PATH, TMPDIR: folder }
  const programs = tempFolder(t)
  const directory = join(programs, 'plugins')
  mkdirSync(directory)
  await build({ ...bundleOptions(SDK), outfile: join(programs, 'sdk.cjs'), write: true })
  for (const [name, text] of Object.entries(serves)) writePlugin(programs, name, text)
  using knowledge = openKnowledge(tempFolder(t))
  const trusted = { path: directory, isTrusted: true, digests: [] }
  const found = await discoverPlugins([trusted], { knowledge, env, cwd: folder, timeoutMs: 60_000 })
  const plugins = found.flatMap((one) => (one.state === 'usable' ? [one.plugin] : []))
  assert.equal(plugins.length, Object.keys(serves).length, JSON.stringify(found))
  return { folder, env, plugins }
}

function writePlugin(programs: string, name: string, serves: string): void {
  const program = join(programs, `${name}.cjs`)
  writeFileSync(
    program,
    `const sdk = require('./sdk.cjs')
const { CallError, componentLister, credentialRepository, blobTransformer } = sdk
const secret = (name) => [name, 'pass', 'word', '1'].join('-')
void sdk.definePlugin({ name: '${name}', version: '1.0.0', summary: 'is of a test', serves: [${serves}] }).main()\n`,
  )
  const words = [process.execPath, program].map((word) => `'${word}'`).join(' ')
  writeFileSync(join(programs, 'plugins', name), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 })
}
