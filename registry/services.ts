// What the actions of the write API work with, beside the shared dependencies.
import type { RegistryDeps } from './context.ts'
import type { Inspections } from './publish/inspections.ts'
import type { RefusedTries } from './server/http/refused-tries.ts'
import type { Tree } from './tree/tree.ts'
import type { UploadArea } from './uploads/upload-area.ts'

export type RegistryServices = RegistryDeps & {
  readonly uploads: UploadArea
  readonly tree: Pick<Tree, 'drain'>
  readonly inspections: Inspections
  readonly refusedTries: RefusedTries
  /** Ends uploads and proofs in flight. */
  readonly stopUploads: AbortSignal
  /** Why nothing more is accepted; undefined while all is well. */
  readonly refusal: () => Error | undefined
  /** Says that the disk can no longer be trusted: nothing more is accepted and the process ends. */
  readonly halt: (error: unknown) => void
}
