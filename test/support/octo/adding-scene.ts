// A folder for a config that `octo add` writes, and a registry for it: what is left away is the plugin `hello` alone.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import type { SigningKey } from '../builders/test-authority.ts'
import { aRelease, issueKey } from '../builders/test-authority.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { startStaticRegistry } from '../registry/static-registry.ts'
import { octoIn } from './in-process-octo.ts'

type Release = Awaited<ReturnType<typeof aRelease>>

export async function anAddingScene(
  t: TestContext,
  others: (key: SigningKey) => readonly Promise<Release>[] = () => [],
) {
  const key = issueKey()
  const registry = await startStaticRegistry(t, [
    await aRelease(key, { version: '1.2.3' }),
    ...(await Promise.all(others(key))),
  ])
  const folder = tempFolder(t)
  const octo = (...words: readonly string[]) =>
    octoIn({ cwd: folder, env: { OCTO_HOME: join(folder, 'store') } }, words)
  const config = join(folder, 'octo.yaml')
  const read = () => readFileSync(config, 'utf8')
  return { key, keyLine: publicKeyLine(key.trustKey), registry, folder, octo, config, read }
}
