// A JSON Schema taken apart: each schema inside of it once, with the resource that it belongs to, and all names under which it can be
// referred to. Only what a schema has of its own counts: every object of JavaScript answers to `constructor`.
import type { Schema } from '../example/schema.ts'
import { isMap } from '../is-map.ts'
import type { JsonSchemaDraft } from './words.ts'
import { holds, VALUES } from './words.ts'

export type JsonSchema = boolean | Schema

/** One schema of a resource: the same object in two of them is two parts. */
export type Part = {
  readonly schema: JsonSchema
  readonly resource: Resource
  /** What stands behind its words: a schema, or several by their index or name. */
  readonly held: Map<string, Part | Map<string, Part>>
}

/** What relative references start from: the whole schema, or a part of it that has an `$id`. */
export type Resource = {
  readonly uri: string
  readonly document: Document
  root: Part
  /** Also those that can be meant dynamically. */
  readonly anchors: Map<string, Part>
  readonly dynamicAnchors: Map<string, Part>
}

export type Document = {
  readonly draft: JsonSchemaDraft
  readonly resources: Map<string, Resource>
  readonly parts: Part[]
  /** That of each schema, where one object stands in several places the first in its resource. */
  readonly partOf: Map<Schema, Part>
  root: Part
}

/** Of a schema without a name. */
const NAMELESS = 'json-schema:///'

/** Throws where one name is given twice. */
export function takeApart(schema: JsonSchema, draft: JsonSchemaDraft): Document {
  const document = { draft, resources: new Map(), parts: [], partOf: new Map() } as unknown as Document
  const outer = { uri: NAMELESS, document } as Resource
  document.root = grow(schema, openResource(resolved(ownId(schema, draft) ?? '', outer), schema, document))
  return document
}

/** The schema at such a place, and all that stands behind its words. */
export function grow(schema: JsonSchema, outer: Resource): Part {
  const { document } = outer
  const id = ownId(schema, document.draft)
  const isInner = id !== undefined && outer.root !== undefined
  const resource = isInner ? openResource(resolved(id, outer), schema, document) : outer
  const known = isMap(schema) ? document.partOf.get(schema) : undefined
  if (known?.resource === resource) return known
  const part: Part = { schema, resource, held: new Map() }
  resource.root ??= part
  document.parts.push(part)
  if (!isMap(schema)) return part
  document.partOf.set(schema, part)
  for (const name of anchorsOf(schema, document.draft)) nameOnce(name, part, resource.anchors)
  if (document.draft === '2020' && typeof schema.$dynamicAnchor === 'string')
    nameOnce(schema.$dynamicAnchor, part, resource.dynamicAnchors)
  for (const [word, value] of Object.entries(schema)) {
    const held = heldBehind(word, value, resource)
    if (held) part.held.set(word, held)
  }
  return part
}

/** Beside them, what stands behind words that nobody knows: a reference may still mean it by its name. */
export function growUnknown(document: Document): void {
  for (const { schema, held, resource } of [...document.parts])
    if (isMap(schema))
      for (const [word, value] of Object.entries(schema))
        if (!held.has(word) && !VALUES.includes(word)) growNamed(value, resource)
}

function growNamed(value: unknown, resource: Resource): void {
  if (Array.isArray(value)) for (const item of value) growNamed(item, resource)
  if (!isMap(value)) return
  const isNamed = ['$id', '$anchor', '$dynamicAnchor'].some((word) => typeof value[word] === 'string')
  if (isNamed) grow(value, resource)
  else for (const item of Object.values(value)) growNamed(item, resource)
}

function heldBehind(word: string, value: unknown, resource: Resource): Part | Map<string, Part> | undefined {
  const { draft } = resource.document
  if (isSchema(value) && holds(draft, word, 'one')) return grow(value, resource)
  const isMany = Array.isArray(value) ? holds(draft, word, 'list') : isMap(value) && holds(draft, word, 'map')
  if (!isMany) return undefined
  const inner = Object.entries(value as Schema).flatMap(([name, one]) =>
    isSchema(one) ? [[name, grow(one, resource)] as const] : [],
  )
  return new Map(inner)
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isMap(value)
}

/** In draft-07 all that stands beside `$ref` counts for nothing, and a name alone is an anchor. */
function ownId(schema: JsonSchema, draft: JsonSchemaDraft): string | undefined {
  if (!isMap(schema) || !Object.hasOwn(schema, '$id') || typeof schema.$id !== 'string') return undefined
  return draft === '07' && (Object.hasOwn(schema, '$ref') || schema.$id.startsWith('#')) ? undefined : schema.$id
}

function anchorsOf(schema: Schema, draft: JsonSchemaDraft): readonly string[] {
  const { $id, $anchor, $dynamicAnchor } = schema
  const old = draft === '07' && typeof $id === 'string' && $id.startsWith('#') ? [$id.slice(1)] : []
  const own = draft === '07' ? [] : [$anchor, $dynamicAnchor]
  return [...old, ...own].filter((name) => typeof name === 'string' && name !== '') as string[]
}

function openResource(uri: string, schema: JsonSchema, document: Document): Resource {
  const known = document.resources.get(uri)
  if (known?.root.schema === schema) return known
  if (known) throw givenTwice(uri)
  const resource = { uri, document, anchors: new Map(), dynamicAnchors: new Map() } as unknown as Resource
  document.resources.set(uri, resource)
  return resource
}

/** One schema may be met by two ways. */
function nameOnce(name: string, part: Part, names: Map<string, Part>): void {
  const known = names.get(name)
  if (known && known.schema !== part.schema) throw givenTwice(name)
  if (!known) names.set(name, part)
}

function givenTwice(name: string): Error {
  // allow(raw-error): whoever asks has the words for it
  return new Error(`the name \`${name}\` is given twice`)
}

/** Without its fragment. What is no address is a name as it stands. */
export function resolved(reference: string, { uri }: Pick<Resource, 'uri'>): string {
  const [address = ''] = reference.split('#')
  if (address === '') return uri
  return URL.parse(address, uri)?.href ?? address
}
