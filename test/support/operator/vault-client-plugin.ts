// vault-client as it is published: bundled into one file, with the manifest of its project.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { VerifiedExecutable } from '../../../client/index.ts'
import { parseManifest } from '../../../schemas/manifest.ts'
import { anExecutable } from '../builders/executables.ts'
import { tempFolder } from '../machine/temp-folder.ts'

export async function vaultClient(t: TestContext): Promise<VerifiedExecutable> {
  const path = join(tempFolder(t), 'vault-client.cjs')
  const cwd = fileURLToPath(new URL('../../../plugins/vault-client/', import.meta.url))
  await promisify(execFile)(process.execPath, ['../bundle.js', 'main.ts', path], { cwd })
  const {
    output,
    input,
    arguments: schema,
  } = parseManifest(await readFile(join(cwd, 'plugin.yaml'), 'utf8'), 'plugin.yaml')
  return anExecutable('vault-client.mjs', { path, output, input, ...(schema ? { arguments: schema } : {}) })
}
