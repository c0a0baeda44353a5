// The command that publishes a project folder to a registry.
import type { Command } from '../child.ts'
import type { Scope } from '../scope.ts'
import { octo } from './octo.ts'
import type { OctoRegistry } from './registry.ts'
import { REPO } from './registry.ts'

export function publishCommand(scope: Scope, { url, token, keys }: OctoRegistry, folder: string): Command {
  const args = ['publish', '--registry', url, '--repo', REPO, '--key', keys.privateKey]
  const env = { HOME: scope.path('publisher-home'), OCTO_TOKEN: token }
  return octo(args, { cwd: folder, env, core: 'load', timeoutMs: 300_000 })
}
