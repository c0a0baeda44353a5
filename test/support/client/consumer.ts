// Somebody who uses plugins: a folder with a config and a pinned key, a store of their own, and the real octo.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { stringify } from 'yaml'
import type { SigningKey } from '../builders/test-authority.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import type { InProcessRun } from '../octo/in-process-octo.ts'
import { octoIn } from '../octo/in-process-octo.ts'
import type { OctoRun } from '../octo/run-octo.ts'
import { runOcto } from '../octo/run-octo.ts'

type ConsumerRecipe = {
  /** URL of the repo `core`. */
  readonly url: string
  readonly key: Pick<SigningKey, 'trustKey'>
  /** Below `operator.services`. */
  readonly services?: Readonly<Record<string, unknown>>
  /** A store that others use too; without it the consumer has one of its own. */
  readonly store?: string
}

export type Consumer = {
  readonly folder: string
  readonly store: string
  /** With these the real octo finds the consumer's store. */
  readonly env: Readonly<Record<string, string>>
  octo(...words: readonly string[]): Promise<OctoRun>
  /** The same without a process of its own, one command at a time. */
  octoHere(...words: readonly string[]): Promise<InProcessRun>
}

export function aConsumer(t: TestContext, { url, key, services = {}, ...shared }: ConsumerRecipe): Consumer {
  const folder = tempFolder(t)
  const store = shared.store ?? join(folder, 'cache', 'octo')
  const repos = { core: { url, keys: [{ key: key.trustKey.pem }] } }
  writeFileSync(join(folder, 'octo.yaml'), stringify({ operator: { repos, services } }))
  const env = { OCTO_HOME: store, XDG_DATA_HOME: join(folder, 'data') }
  return {
    ...{ folder, store, env },
    octo: (...words) => runOcto(words, { cwd: folder, env }),
    octoHere: (...words) => octoIn({ cwd: folder, env }, words),
  }
}
