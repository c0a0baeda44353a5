// Publishes plugin projects with the real `octo publish`, and makes the key files that it needs.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SigningKey } from '../builders/test-authority.ts'
import type { InProcessRun } from '../octo/in-process-octo.ts'
import { typeOcto } from '../octo/in-process-octo.ts'

export type KeyFiles = { readonly privateKey: string; readonly publicKey: string }

/** Writes the pair as `octo keygen` does. */
export function writeKeyFiles(folder: string, { privateKey, trustKey }: SigningKey, name = 'core'): KeyFiles {
  const files = { privateKey: join(folder, `${name}.key`), publicKey: join(folder, `${name}.pub`) }
  writeFileSync(files.privateKey, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  writeFileSync(files.publicKey, trustKey.pem)
  return files
}

type Target = { readonly url: string; readonly token: string }

/** Fails the test, with what octo said, when publishing fails. */
export async function publishProjects(dirs: readonly string[], target: Target, keys: KeyFiles): Promise<InProcessRun> {
  const words = ['publish', ...dirs, '--registry', target.url, '--key', keys.privateKey, '--json']
  const run = await typeOcto(words, { env: { OCTO_TOKEN: target.token } })
  assert.equal(run.code, 0, run.stderr)
  return run
}

/** Builds and signs them for `octo repo build`, and gives their dist folders. */
export async function signProjects(dirs: readonly string[], keys: KeyFiles): Promise<string[]> {
  for (const dir of dirs)
    for (const words of [
      ['build', dir],
      ['sign', dir, '--key', keys.privateKey],
    ]) {
      const { code, stderr } = await typeOcto(words)
      assert.equal(code, 0, stderr)
    }
  return dirs.map((dir) => join(dir, 'dist'))
}
