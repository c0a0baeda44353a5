// Publishes our own plugins to the repo `core` with the publisher that everyone uses. Running it again changes nothing.
import { mustRun } from './run-octo.ts'
import type { StartSettings } from './settings.ts'
import { keyBase, registryUrl, tokenFile } from './settings.ts'

/** One line per plugin: `published core/check-tcp 1.0.0 …`, or `unchanged …` when it was there. */
export async function publishCore(settings: StartSettings): Promise<string[]> {
  const access = ['--registry', registryUrl(settings), '--token-file', tokenFile(settings)]
  const key = ['--key', `${keyBase(settings)}.key`]
  const out = await mustRun(settings, ['publish', ...settings.plugins, ...access, ...key, '--quiet'])
  return out.trim().split('\n')
}
