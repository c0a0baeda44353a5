// The plugin smtp as the core repo publishes it: bundled into one file, with what its manifest says.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { VerifiedExecutable } from '../../../client/index.ts'
import { parseManifest } from '../../../schemas/manifest.ts'
import { anExecutable } from '../builders/executables.ts'
import { tempFolder } from '../machine/temp-folder.ts'

const PROJECT = fileURLToPath(new URL('../../../plugins/smtp/', import.meta.url))

export async function theSmtpPlugin(t: TestContext): Promise<VerifiedExecutable> {
  const root = tempFolder(t)
  const path = join(root, 'smtp.cjs')
  await promisify(execFile)(process.execPath, ['../bundle.js', 'main.ts', path], { cwd: PROJECT })
  const manifest = parseManifest(readFileSync(join(PROJECT, 'plugin.yaml'), 'utf8'), 'plugin.yaml')
  const { output, input, arguments: schema } = manifest
  const executable = anExecutable('smtp.mjs', { path, output, input, ...(schema ? { arguments: schema } : {}) })
  return { ...executable, root }
}
