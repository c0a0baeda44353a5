// The client's public face: what operator and commands use. Loads nothing heavy by itself: zod, yaml, semver and sigstore
// come only with openClient.
//
// Warm, within microseconds and without any proof library (undefined means: take the full path below):
//   const executable = readWarmRun({ storeRoot, configPath, lockPath, request: 'check-tcp@^1' })
// Full:
//   await using client = await openClient({ config, lockPath, storeRoot, platform, frozen, offline, report })
//   const [executable] = await client.ensure([{ plugin, range }])   resolve → lock → fetch → verify → store → re-check
//   const outcomes = await client.provide(requests)                  the same, each with its executable or its own error
//   client.locate(executable)                                        re-check right before every execution
//   client.recordWarmRun({ configPath, request: 'check-tcp@^1' }, executable)
export type {
  Client,
  ClientOptions,
  FailedPlugin,
  InstallReport,
  PluginOutcome,
  Report,
  ReportedDownload,
} from './client.ts'
export { defaultConfigPath } from './config/default-config.ts'
export type { VerifiedExecutable } from './executable.ts'
export type { LoadConfigOptions } from './load-config.ts'
export { lockPathOf } from './lock-path.ts'
export { storeRootOf } from './store/root.ts'
export type { WarmRunKey } from './warm-run.ts'
export { readWarmRun } from './warm-run.ts'

import type { OctoConfig } from '../schemas/config/config.ts'
import type { Platform } from '../schemas/platform.ts'
import type { Client, ClientOptions } from './client.ts'
import type { LoadConfigOptions } from './load-config.ts'

/** The platform key of this machine. */
export async function hostPlatform(): Promise<Platform> {
  return (await import('./host-platform.ts')).hostPlatform()
}

/** Reads a config with its includes; see client/load-config.ts. Loads yaml. */
export async function loadConfig(options: LoadConfigOptions): Promise<OctoConfig> {
  const { loadConfig: load } = await import('./load-config.ts')
  return load(options)
}

/** Opens the store and reads the lockfile; throws STORE_UNSAFE, LOCK_MISSING or FORMAT_INVALID. No network yet. */
export async function openClient(options: ClientOptions): Promise<Client> {
  const { createClient } = await import('./open-client.ts')
  return createClient(options)
}
