// What an endpoint of a contract is, as data: how it is asked, what with, and what it answers.
import { z } from 'zod'
import { omitUndefined } from '../../omit-undefined.ts'
import type { Identity } from './values.ts'

/** How a parameter of a query carries its value: as it is, or as base64 of its JSON. */
type Parameter = 'text' | 'json'

export type Endpoint = {
  readonly method: 'GET' | 'POST'
  readonly path: `/${string}`
  /** Asked a second time it does no harm, as with `GET`: it changes nothing, or makes the same once more. */
  readonly repeats?: true
  /** What it is asked, decoded: the body, or where there is `query`, its parameters. */
  readonly request: z.ZodType
  readonly query?: Readonly<Record<string, Parameter>>
  /** What a 200 carries; absent where its body says nothing and is not read. */
  readonly response?: z.ZodType
  readonly credentials: CredentialsRule
  /** Where in the request the typed object stands that the call is about, and for which a plugin is found. */
  readonly subject?: readonly string[]
  /** The subject has to fit the JSON Schema that the plugin declares for its type, before the call. */
  readonly checked?: true
  /** Plugins made with OCM's own SDK do not answer it, or always with an error: that means that there is nothing to say. */
  readonly mayBeMissing?: true
}

/**
 * `required`: plugins refuse a call without, and who has none sends `{}`. `stated`: who has none sends `{}`, and nothing is
 * accepted too. `given`: sent where there are some. `never`: not sent.
 */
export type CredentialsRule = 'required' | 'stated' | 'given' | 'never'

/** A type list of a capability; the types of those that route are what calls are about. */
type TypeList = { readonly routes: boolean; readonly whenEmpty: 'null' | 'absent' }

export type Contract = {
  readonly typeLists: Readonly<Record<string, TypeList>>
  readonly endpoints: Readonly<Record<string, Endpoint>>
}

const PLACES = ['location', 'resourceLocation', 'sourceLocation'] as const

/** Where a request says which bytes it is about, and an answer which it gives; undefined where it has none. */
export function blobsOf({ request, response }: Pick<Endpoint, 'request' | 'response'>) {
  const placeIn = (shape: unknown) => PLACES.find((name) => shape instanceof z.ZodObject && name in shape.shape)
  return { taken: placeIn(request), given: placeIn(response) }
}

/** The query of a call, as Go writes it: parameters sorted, every byte escaped that may be. Empty for endpoints that take a body. */
export function renderQuery({ query = {} }: Pick<Endpoint, 'query'>, request: unknown): string {
  const values = request as Readonly<Record<string, unknown>>
  return Object.entries(query)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, kind]) => `${name}=${escaped(kind === 'text' ? String(values[name]) : encodedJson(values[name]))}`)
    .join('&')
}

/** What a query asks, before its shape was looked at; throws SyntaxError for a parameter that is not base64 of JSON. */
export function readQuery({ query = {} }: Pick<Endpoint, 'query'>, found: URLSearchParams): Record<string, unknown> {
  const values = Object.entries(query).map(([name, kind]) => {
    const text = found.get(name) ?? undefined
    return [name, kind === 'text' || text === undefined ? text : decodedJson(text)] as const
  })
  return omitUndefined(Object.fromEntries(values))
}

/** Where there is none it says so: `null`. */
function encodedJson(value: unknown): string {
  return Buffer.from(JSON.stringify(sortedIdentity(value))).toString('base64')
}

function sortedIdentity(value: unknown): Identity | null {
  if (typeof value !== 'object' || value === null) return null
  return Object.fromEntries(Object.entries(value as Identity).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function decodedJson(text: string): unknown {
  return JSON.parse(Buffer.from(text, 'base64').toString('utf8'))
}

/** Go leaves letters, digits, `-`, `_`, `.` and `~`, and writes a blank as `+`. */
function escaped(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
