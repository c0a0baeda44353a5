// What the actions of the write API work with, beside the shared dependencies.

import type { Slots } from './actions/slots.ts'
import type { RegistryDeps } from './deps.ts'
import type { UploadArea } from './uploads/upload-area.ts'

export type Tree = {
  /** Makes the tree show everything that was committed; durable when it returns. */
  drain(): Promise<void>
}

export type RegistryServices = RegistryDeps & {
  readonly uploads: UploadArea
  readonly tree: Tree
  /** Bounds how many artifacts are unpacked for inspection at once. */
  readonly inspections: Slots
  /** Says that the disk can no longer be trusted: nothing more is accepted and the process ends. */
  readonly halt: (error: unknown) => void
}
