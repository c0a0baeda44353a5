// Names of types, by which OCM finds the plugin for a thing: `name` or `name/version`. They are the same only when both parts are.
import { z } from 'zod'

const TYPE_NAME = /^[^/\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+(?:\/[^/\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+)?$/u
const MAX_LENGTH = 256

export const typeNameShape = z.string().max(MAX_LENGTH).regex(TYPE_NAME, 'expected a type as `name` or `name/version`')

/** Any object that says its type: a repository, an access, an input, a config, credentials. */
export const typedShape = z.looseObject({ type: typeNameShape })
export type Typed = z.output<typeof typedShape>

type Named = { readonly type: string; readonly aliases?: readonly string[] | null | undefined }

/** Whether a declared type is meant by this name: by its own, or by one of its aliases. */
export function isCalled({ type, aliases }: Named, name: string): boolean {
  return type === name || (aliases ?? []).includes(name)
}
