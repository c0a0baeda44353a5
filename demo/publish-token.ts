// The token that the quick start publishes with: kept in a file, made anew when the registry no longer takes it.
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { mustRun, runOcto } from './run-octo.ts'
import type { StartSettings } from './settings.ts'
import { dataDir, registryUrl, tokenFile } from './settings.ts'

export async function ensurePublishToken(settings: StartSettings): Promise<void> {
  if (existsSync(tokenFile(settings)) && (await isTaken(settings))) return
  const create = ['registry', 'token', 'create', '--data', dataDir(settings)]
  const scopes = settings.repos.flatMap((repo) => ['--scope', `${repo}/*`])
  const out = await mustRun(settings, [...create, '--name', 'quick-start', ...scopes, '--quiet'])
  await writeFile(tokenFile(settings), `${out.trim()}\n`, { mode: 0o600 })
}

async function isTaken(settings: StartSettings): Promise<boolean> {
  const access = ['--registry', registryUrl(settings), '--token-file', tokenFile(settings)]
  return (await runOcto(settings, ['whoami', ...access])).code === 0
}
