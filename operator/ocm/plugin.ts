// A service plugin as the host knows it, wherever it comes from: what it offers, and how its proven program is opened.
import type { Capabilities } from '../../schemas/contract/ocm/capabilities.ts'
import type { Digest } from '../../schemas/digest.ts'

/** What is started, as it was proven right before. Disposed of once it runs. */
export type OpenedProgram = Disposable & {
  readonly file: string
  /** Words before those of the protocol: an interpreter's. */
  readonly leading: readonly string[]
  readonly argv0: string
  /** The folder of its files. */
  readonly root: string
  /** Of what was proven. Without one no other process can tell that it is the same, and nobody shares it. */
  readonly digest?: Digest
}

export type ServicePlugin = {
  /** Unique among those of one host. */
  readonly name: string
  readonly capabilities: Capabilities
  /** Throws what a program that may not, or cannot be run is refused with. */
  open(): OpenedProgram
}
