// Somebody who uses plugins: a folder with a config and a pinned key, a store of their own, and the real octo.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { stringify } from 'yaml'
import type { OctoRun } from './run-octo.ts'
import { runOcto } from './run-octo.ts'
import { tempFolder } from './temp-folder.ts'
import type { SigningKey } from './test-authority.ts'

export type ConsumerRecipe = {
  /** URL of the repo `core`. */
  readonly url: string
  readonly key: Pick<SigningKey, 'trustKey'>
  /** Below `operator.services`. */
  readonly services?: Readonly<Record<string, unknown>>
}

export type Consumer = {
  readonly folder: string
  octo(...words: readonly string[]): Promise<OctoRun>
}

export function aConsumer(t: TestContext, { url, key, services = {} }: ConsumerRecipe): Consumer {
  const folder = tempFolder(t)
  const repos = { core: { url, keys: [{ key: key.trustKey.pem }] } }
  writeFileSync(join(folder, 'octo.yaml'), stringify({ operator: { repos, services } }))
  const env = { XDG_CACHE_HOME: join(folder, 'cache'), XDG_DATA_HOME: join(folder, 'data') }
  return { folder, octo: (...words) => runOcto(words, { cwd: folder, env }) }
}
