// What the parts of a registry share, built once by open-registry.ts and passed on; no part reaches for a global.
import type { Logger } from 'pino'
import type { BlobStore } from './blobs/disk.ts'
import type { RegistryDb } from './db/sqlite/open.ts'
import type { RegistryConfig } from './settings.ts'

/** Milliseconds since 1970. */
export type Clock = () => number

export type RegistryDeps = {
  readonly config: RegistryConfig
  readonly db: RegistryDb
  readonly blobs: BlobStore
  readonly clock: Clock
  readonly logger: Logger
}
