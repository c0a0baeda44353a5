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
export { defaultConfigPath } from '../config/default-config.ts'
export type { LoadConfigOptions } from '../config/load-config.ts'
export type {
  Client,
  ClientOptions,
  FailedPlugin,
  InstallReport,
  PluginOutcome,
  Report,
  ReportedDownload,
} from './api.ts'
export type { VerifiedExecutable } from './executable.ts'
export { lockPathOf } from './lockfile/lock-path.ts'
export { storeRootOf } from './store/root.ts'
export type { WarmRunKey } from './warm/read.ts'
export { readWarmRun } from './warm/read.ts'

import type { LoadConfigOptions } from '../config/load-config.ts'
import type { OctoConfig } from '../config/model/config.ts'
import type { Platform } from '../schemas/platform.ts'
import type { Client, ClientOptions } from './api.ts'

/** The platform key of this machine. */
export async function hostPlatform(): Promise<Platform> {
  return (await import('./host-platform.ts')).hostPlatform()
}

/** Reads a config with its includes; see config/load-config.ts. Loads yaml. */
export async function loadConfig(options: LoadConfigOptions): Promise<OctoConfig> {
  const { loadConfig: load } = await import('../config/load-config.ts')
  return load(options)
}

/** Opens the store and reads the lockfile; throws STORE_UNSAFE, LOCK_MISSING or FORMAT_INVALID. No network yet. */
export async function openClient(options: ClientOptions): Promise<Client> {
  const { createClient } = await import('./context.ts')
  return createClient(options)
}
