// A service plugin as the host knows it, wherever it comes from: what it offers, and how it is asked, which is by starting its proven
// program, or at once where octo itself is what answers.
import type { Capabilities } from '../../schemas/contract/ocm/capabilities.ts'
import type { Capability } from '../../schemas/contract/ocm/contracts.ts'
import type { Typed } from '../../schemas/contract/ocm/type-name.ts'
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
  /** For this plugin alone, whatever it is given beside them; none when absent. */
  readonly configurations?: readonly Typed[] | undefined
  /** Throws what a program that may not, or cannot be run is refused with. */
  open(): OpenedProgram
}

/** A part of octo that answers what plugins answer. */
export type BuiltInPlugin = {
  readonly name: string
  readonly capabilities: Capabilities
  /** To a request of the shape that the endpoint asks for. Throws PLUGIN_FAILED. */
  answer(endpoint: { readonly capability: Capability; readonly name: string }, request: unknown): Promise<unknown>
}

export type HostPlugin = ServicePlugin | BuiltInPlugin

export function isBuiltIn(plugin: HostPlugin): plugin is BuiltInPlugin {
  return 'answer' in plugin
}
