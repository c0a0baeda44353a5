// What the parts of a registry share, built once by open-registry.ts and passed on; no part reaches for a global.
import type { Logger } from 'pino'
import type { BlobStore } from './blobs/store.ts'
import type { RefusedTries } from './budgets/refused-tries.ts'
import type { MetadataStore } from './db/store.ts'
import type { Inspections } from './inspections.ts'
import type { RegistrySettings } from './settings.ts'
import type { Trees } from './tree/store.ts'
import type { Tree } from './tree/tree.ts'
import type { UploadArea } from './uploads/upload-area.ts'

/** Milliseconds since 1970. */
export type Clock = () => number

export type RegistryDeps = {
  readonly config: RegistrySettings
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly trees: Trees
  readonly clock: Clock
  readonly logger: Logger
}

/** What pages are made from. */
export type PagesDeps = Pick<RegistryDeps, 'metadata' | 'config'>

/** What the actions of the write API work with. */
export type RegistryServices = RegistryDeps & {
  readonly uploads: UploadArea
  readonly tree: Pick<Tree, 'drain' | 'showsTooMuch' | 'isWhole'>
  /** Throws IO_FAILED where something of the data is not where it was. Asked before a blob counts, and by whoever asks whether the registry can work. */
  readonly requireInPlace: () => Promise<void>
  readonly inspections: Inspections
  readonly refusedTries: RefusedTries
  /** Ends uploads and proofs in flight. */
  readonly stopUploads: AbortSignal
  /** Why nothing more is accepted; undefined while all is well. */
  readonly refusal: () => Error | undefined
  /** Says that the disk can no longer be trusted: nothing more is accepted and the process ends. */
  readonly halt: (error: unknown) => void
}
