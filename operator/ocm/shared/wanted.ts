// What is wanted of a shared plugin.
import type { Digest } from '../../../schemas/digest.ts'
import type { InstanceFacts } from '../instance/instance-facts.ts'
import type { OpenedProgram, ServicePlugin } from '../plugin.ts'
import type { SharedPlaces } from './places.ts'

export type Wanted = {
  readonly plugin: ServicePlugin
  readonly program: OpenedProgram & { readonly digest: Digest }
  readonly facts: InstanceFacts
  readonly places: SharedPlaces
  /** It stays when nobody uses it. */
  readonly isKept: boolean
  readonly signal: AbortSignal
}
