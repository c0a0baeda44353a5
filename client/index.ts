// The client's public face: what operator and commands use. Loads nothing heavy by itself: zod, yaml, semver and sigstore
// come only with openWorkspace and openClient.
//
// Warm, within microseconds and without any proof library (undefined means: take the full path below):
//   const executable = readWarmRun({ storeRoot, configPath, lockPath, request: 'check-tcp@^1' })
// Full:
//   const { config, options } = await openWorkspace(flags, { cwd, env, warn, onWait })
//   await using client = await openClient({ ...options, report })
//   const [executable] = await client.ensure([{ plugin, range }])   resolve → lock → fetch → verify → store → re-check
//   const outcomes = await client.provide(requests)                  the same, each with its executable or its own error
//   client.locate(executable)                                        re-check right before every execution
//   client.recordWarmRun({ configPath, request: 'check-tcp@^1' }, executable)
export { defaultConfigPath } from '../config/find/default-config.ts'
export { problemOfFoundConfig } from '../config/find/found-config.ts'
export type { Client, ClientOptions, FailedPlugin, InstallReport, PluginOutcome } from './api.ts'
export { hostPlatform } from './host-platform.ts'
export { lastingPath } from './installation/lasting-path.ts'
export type { InstallationStatus } from './installation/status.ts'
export { lockPathOf } from './lockfile/lock-path.ts'
export type { ProvenProgram, WantedProgram } from './proven-program.ts'
export type { ExaminedLockfile } from './query/examine.ts'
export type { ExaminedRepo } from './query/examine-repos.ts'
export type { Report } from './report.ts'
export type { ExaminedShared, ExaminedStore } from './store/examine-store.ts'
export { sharedRootOf, storeRootOf } from './store/root.ts'
export type { ShimComparison, ShimRecord, ShimRecords } from './store/shims.ts'
export type { VerifiedExecutable } from './verified-executable.ts'
export { readWarmRun } from './warm/read.ts'
export type { Workspace, WorkspaceFlags } from './workspace.ts'

import type { CodedError } from '../schemas/errors.ts'
import type { Client, ClientOptions } from './api.ts'
import type { InstallationStatus } from './installation/status.ts'
import type { Examined } from './query/examine.ts'
import type { ExaminedShared, ExaminedStore } from './store/examine-store.ts'
import type { ShimRecords } from './store/shims.ts'
import type { Workspace, WorkspaceFlags, WorkspacePlace } from './workspace.ts'

/** Reads the config and says where lockfile and store are; see workspace.ts. Loads yaml. */
export async function openWorkspace(flags: WorkspaceFlags, place: WorkspacePlace): Promise<Workspace> {
  const { openWorkspace: open } = await import('./workspace.ts')
  return open(flags, place)
}

/** Opens the store and reads the lockfile; throws STORE_UNSAFE, LOCK_MISSING or FORMAT_INVALID. No network yet. */
export async function openClient(options: ClientOptions): Promise<Client> {
  const { createClient } = await import('./create-client.ts')
  return createClient(options)
}

/** What `octo link` wrote where, as this user's store knows it; throws STORE_UNSAFE. */
export async function openShimRecords(storeRoot: string): Promise<ShimRecords> {
  const { openShims } = await import('./store/shims.ts')
  return openShims(storeRoot)
}

/** How the store is; see store/examine-store.ts. */
export async function examineStore(storeRoot: string): Promise<ExaminedStore> {
  const { examineStore: examineIt } = await import('./store/examine-store.ts')
  return examineIt(storeRoot)
}

/** How the store of all users is; undefined where none is named. Throws STORE_UNSAFE. */
export async function examineShared(
  storeRoot: string,
  sharedRoot: string | undefined,
): Promise<ExaminedShared | undefined> {
  const { examineShared: examineIt } = await import('./store/examine-store.ts')
  return examineIt(storeRoot, sharedRoot)
}

/** How this octo is installed, or why that cannot be told; see installation/status.ts. */
export async function examineInstallation(): Promise<InstallationStatus | CodedError> {
  const { examineInstallation: examineIt } = await import('./installation/status.ts')
  return examineIt()
}

/** How lockfile and repos are just now; throws STORE_UNSAFE. Offline, no repo is asked. */
export async function examine(options: ClientOptions): Promise<Examined> {
  const { examine: examineAll } = await import('./query/examine.ts')
  return examineAll(options)
}
