// A plugin that a config asks for, and what it is given.
import type { Name } from '../../schemas/name.ts'

/** A plugin that the config asks for: from a pin or from a check item's `tool: [repo/]name[@range]`. */
export type PluginRequest = {
  readonly plugin: Name
  readonly repo?: Name
  readonly range?: string
  readonly prerelease?: boolean
}

export type CheckArguments =
  | {
      readonly kind: 'map'
      readonly value: Readonly<Record<string, unknown>>
      /** By JSON Pointer, numbers as they were typed where JavaScript would write them otherwise (`1.10`). */
      readonly texts?: Readonly<Record<string, string>>
      /** JSON Pointers of texts that a template made: where a number or boolean is wanted, one in words is one. */
      readonly filled?: readonly string[]
    }
  | {
      readonly kind: 'list'
      readonly value: readonly string[]
      /** JSON Pointers of the words that a template made. */
      readonly filled?: readonly string[]
    }
