// The capabilities document: what a plugin prints when it is asked for `capabilities`, one JSON text and nothing else.
import { z } from 'zod'
import { canonicalJson } from '../../canonical-json.ts'
import { coded } from '../../errors.ts'
import { isMap } from '../../is-map.ts'
import { parseJson } from '../../json.ts'
import { omitUndefined } from '../../omit-undefined.ts'
import { printable, quote } from '../../quote.ts'
import { parseShape } from '../../shape.ts'
import type { Capability } from './contracts.ts'
import { CONTRACTS } from './contracts.ts'
import type { Contract } from './endpoints.ts'
import { typeNameShape } from './type-name.ts'

const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024
const MAX_SCHEMA_BYTES = 256 * 1024
const MAX_TYPES = 256
const MAX_CAPABILITIES = 32

/** JSON Schema by which a value of a type is checked; `true` and `false` are schemas, too. */
type JsonSchema = Readonly<Record<string, unknown>> | boolean

export type DeclaredType = {
  readonly type: string
  readonly aliases: readonly string[]
  /** Absent: anything fits. */
  readonly schema?: JsonSchema
}

export type DeclaredCapability = {
  readonly capability: Capability
  /** By the key of their list; empty lists too. */
  readonly types: Readonly<Record<string, readonly DeclaredType[]>>
}

/** What a plugin of octo's sdk says of a type of configuration, beside its name; hosts in Go pass over it. */
export type DescribedConfigType = {
  readonly type: string
  readonly schema?: JsonSchema
  /** It may hold secrets: it comes in a file that nobody else can read, where the host can do that. */
  readonly isPrivate?: true
}

export type Capabilities = {
  readonly capabilities: readonly DeclaredCapability[]
  /** Types of configuration that the plugin wants to be given. */
  readonly configTypes: readonly string[]
  /** Of some of them. */
  readonly described?: readonly DescribedConfigType[]
  /** What it also offers, under contracts that are not known here. */
  readonly unknown: readonly string[]
}

/** A type may be written as an object that says it. */
const typeName = z.union([typeNameShape, z.looseObject({ type: typeNameShape }).transform(({ type }) => type)])

const declaredShape = z.looseObject({
  type: typeName,
  aliases: z.array(typeName).max(MAX_TYPES).nullish(),
  /** Base64 of the text of the schema. */
  jsonSchema: z.string().nullish(),
})

const documentShape = z.looseObject({
  capabilities: z
    .array(z.looseObject({ type: z.string() }))
    .max(MAX_CAPABILITIES)
    .nullable(),
  supportedConfigTypes: z.array(typeName).max(MAX_TYPES).nullish(),
  describedConfigTypes: z
    .array(z.looseObject({ type: typeNameShape, jsonSchema: z.string().nullish(), private: z.boolean().nullish() }))
    .max(MAX_TYPES)
    .nullish(),
})

/** Reads what a plugin printed; throws JSON_INVALID, LIMIT_EXCEEDED or FORMAT_INVALID. */
export function parseCapabilities(text: string, name: string): Capabilities {
  const document = parseShape(documentShape, parseJson(text, name, MAX_DOCUMENT_BYTES), { name })
  const offered = document.capabilities ?? []
  const described = (document.describedConfigTypes ?? []).map((one) => readDescribed(one, name))
  return {
    capabilities: offered.flatMap((entry) =>
      isCapability(entry.type) ? [declaredIn(entry, { name, capability: entry.type })] : [],
    ),
    configTypes: document.supportedConfigTypes ?? [],
    ...(described.length > 0 ? { described } : {}),
    unknown: offered.flatMap(({ type }) => (isCapability(type) ? [] : [type])),
  }
}

function isCapability(type: string): type is Capability {
  return Object.hasOwn(CONTRACTS, type)
}

type Place = { readonly name: string; readonly capability: Capability }

function declaredIn(entry: Readonly<Record<string, unknown>>, place: Place): DeclaredCapability {
  const { typeLists }: Contract = CONTRACTS[place.capability]
  const listShape = z.array(declaredShape).max(MAX_TYPES).nullish()
  const shape = z.looseObject(Object.fromEntries(Object.keys(typeLists).map((key) => [key, listShape])))
  const found = parseShape(shape, entry, { name: `${place.name}, ${place.capability}` })
  const types = Object.keys(typeLists).map((key) => {
    const list = (found[key] ?? []) as z.output<typeof declaredShape>[]
    return [key, list.map((declared) => readDeclared(declared, place))] as const
  })
  return { capability: place.capability, types: Object.fromEntries(types) }
}

function readDeclared({ type, aliases, jsonSchema }: z.output<typeof declaredShape>, place: Place): DeclaredType {
  const schema = jsonSchema ? decodeSchema(jsonSchema, { ...place, type }) : undefined
  return { type, aliases: aliases ?? [], ...omitUndefined({ schema }) }
}

type Described = {
  readonly type: string
  readonly jsonSchema?: string | null | undefined
  readonly private?: boolean | null | undefined
}

function readDescribed({ type, jsonSchema, ...said }: Described, name: string): DescribedConfigType {
  const schema = jsonSchema ? decodeSchema(jsonSchema, { name, capability: 'configuration', type }) : undefined
  return { type, ...omitUndefined({ schema }), ...(said.private ? { isPrivate: true } : {}) }
}

type SchemaPlace = { readonly name: string; readonly capability: string; readonly type: string }

function decodeSchema(base64: string, { name, capability, type }: SchemaPlace): JsonSchema {
  const what = `${name}, ${capability}, schema of ${printable(type)}`
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64))
    throw notASchema(what, 'it is not base64')
  const schema = parseJson(Buffer.from(base64, 'base64').toString('utf8'), what, MAX_SCHEMA_BYTES)
  if (typeof schema === 'boolean') return schema
  if (isMap(schema)) return schema
  throw notASchema(what, 'a schema is an object, `true` or `false`')
}

function notASchema(what: string, problem: string): Error {
  return coded('FORMAT_INVALID', { message: `${quote(what)} cannot be used: ${problem}`, details: { source: what } })
}

/** The types of a capability by which calls find their plugin. */
export function routedTypes({ capability, types }: DeclaredCapability): readonly DeclaredType[] {
  const { typeLists }: Contract = CONTRACTS[capability]
  return Object.entries(typeLists).flatMap(([key, { routes }]) => (routes ? (types[key] ?? []) : []))
}

/** The line that a plugin prints, in the one form that OCM's own plugins have. */
export function renderCapabilities({
  capabilities,
  configTypes,
  described = [],
}: Omit<Capabilities, 'unknown'>): string {
  const document = {
    capabilities: capabilities.map(({ capability, types }) => ({ type: capability, ...rendered(capability, types) })),
    ...(configTypes.length > 0 ? { supportedConfigTypes: configTypes } : {}),
    ...(described.length > 0 ? { describedConfigTypes: described.map(renderDescribed) } : {}),
  }
  return `${canonicalJson(document)}\n`
}

function rendered(capability: Capability, types: DeclaredCapability['types']): Record<string, unknown> {
  const { typeLists }: Contract = CONTRACTS[capability]
  const lists = Object.entries(typeLists).map(([key, { whenEmpty }]) => {
    const list = (types[key] ?? []).map(renderDeclared)
    return [key, list.length > 0 ? list : whenEmpty === 'null' ? null : undefined] as const
  })
  return Object.fromEntries(lists)
}

function renderDescribed({ type, schema, isPrivate }: DescribedConfigType): Record<string, unknown> {
  return {
    type,
    ...(schema === undefined ? {} : { jsonSchema: Buffer.from(JSON.stringify(schema)).toString('base64') }),
    ...(isPrivate ? { private: true } : {}),
  }
}

/** The keys of the schema stay in their order: its text is the plugin's own. */
function renderDeclared({ type, aliases, schema }: DeclaredType): Record<string, unknown> {
  return {
    type,
    aliases: aliases.length > 0 ? aliases : null,
    jsonSchema: schema === undefined ? null : Buffer.from(JSON.stringify(schema)).toString('base64'),
  }
}
