// What users configure a plugin with: entries of OCM's configuration of the types that the plugin declares, typed by their schema.

import type { DescribedConfigType } from '../../schemas/contract/ocm/capabilities.ts'
import type { Typed } from '../../schemas/contract/ocm/type-name.ts'
import type { AuthorSchema, InferSchema, ReadSchema } from './author-schema.ts'
import { readSchema } from './author-schema.ts'
import { CallError } from './call-error.ts'
import { StartProblem } from './start.ts'

export type ConfigType<Entry = unknown> = {
  readonly type: string
  readonly schema: ReadSchema
  /** It may hold secrets. */
  readonly isPrivate: boolean
  /** Never there: it carries the type of the entries. */
  readonly entry?: Entry
}

/** Entries of each declared type, in the order of the user's file. */
export type ReadConfig = <Entry>(type: ConfigType<Entry>) => readonly Entry[]

/**
 * `isPrivate`: entries may hold secrets. octo hands those over in a file that only the plugin's user can read; OCM's own manager has
 * them in the command line, as all others.
 */
export function configType<const Schema extends AuthorSchema>(
  type: string,
  schema: Schema,
  { isPrivate = false }: { readonly isPrivate?: boolean } = {},
): ConfigType<InferSchema<Schema>> {
  return { type, schema: readSchema(schema, type), isPrivate }
}

/** What hosts are told of it beside its name; undefined where that is nothing. */
export function describedConfig({ type, schema, isPrivate }: ConfigType): DescribedConfigType | undefined {
  const hasSchema = Object.keys(schema.json).length > 0
  if (!hasSchema && !isPrivate) return undefined
  return { type, ...(hasSchema ? { schema: schema.json } : {}), ...(isPrivate ? { isPrivate } : {}) }
}

/** Entries of other types are left out. Throws a StartProblem for one that does not fit its schema. */
export async function readConfig(declared: readonly ConfigType[], found: readonly Typed[]): Promise<ReadConfig> {
  const entries = new Map<string, unknown[]>(declared.map(({ type }) => [type, []]))
  const schemas = new Map(declared.map(({ type, schema }) => [type, schema]))
  for (const entry of found) {
    const schema = schemas.get(entry.type)
    if (schema) entries.get(entry.type)?.push(await checkedEntry(schema, entry))
  }
  return <Entry>({ type }: ConfigType<Entry>) => {
    const known = entries.get(type)
    if (!known) throw new TypeError(`\`${type}\` is not among the \`config\` of the plugin, where it would be declared`)
    return known as Entry[]
  }
}

async function checkedEntry(schema: ReadSchema, entry: Typed): Promise<unknown> {
  try {
    return await schema.check(entry, `the configuration \`${entry.type}\``)
  } catch (error) {
    throw error instanceof CallError ? new StartProblem(error.message) : error
  }
}
