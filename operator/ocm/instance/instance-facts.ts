// What an instance of a plugin is started with, beside its program.
import type { Typed } from '../../../schemas/contract/ocm/type-name.ts'
import type { PluginLine } from './lines.ts'

export type InstanceFacts = {
  /** Of the host, of which a plugin gets the allowed part. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly idleTimeoutMs: number
  readonly configTypes: readonly Typed[]
  /** Handed over in a file that nobody else can read. */
  readonly hiddenConfigTypes?: readonly Typed[]
  /** Told what the plugin prints; nobody is when absent. */
  readonly log?: ((line: PluginLine) => void) | undefined
  readonly limits: InstanceLimits
  /** How it is to listen. */
  readonly listen: 'unix' | 'tcp'
}

export type InstanceLimits = {
  /** From its start until it is known to be well. */
  readonly startMs: number
  /** From SIGINT to SIGKILL. */
  readonly killGraceMs: number
  /** At once, of one host. */
  readonly maxCalls: number
}
