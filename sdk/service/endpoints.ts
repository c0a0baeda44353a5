// From a path and what was asked to the one handler that answers: several capabilities share paths, and a capability has several types.
import { z } from 'zod'
import type { Capability } from '../../schemas/contract/ocm/contracts.ts'
import { CONTRACTS } from '../../schemas/contract/ocm/contracts.ts'
import type { Contract, Endpoint } from '../../schemas/contract/ocm/endpoints.ts'
import { isCalled } from '../../schemas/contract/ocm/type-name.ts'
import type { ReadSchema } from './author-schema.ts'
import { readSchema, sentenceOf } from './author-schema.ts'
import { CallError, unreadable } from './call-error.ts'
import type { Served } from './definition.ts'

/** One endpoint of one capability, with the types that it is served for. */
export type Candidate = {
  readonly capability: Capability
  readonly name: string
  readonly endpoint: Endpoint
  readonly types: readonly ServedType[]
}

type ServedType = Served & { readonly schema: ReadSchema }
export type Choice = { readonly candidate: Candidate; readonly served: ServedType; readonly request: Fields }

export type Fields = Readonly<Record<string, unknown>>

const BAD_REQUEST = 400

/** Throws for a type that is served twice: nobody could say for which a call is. */
export function endpointsOf(served: readonly Served[]): ReadonlyMap<string, readonly Candidate[]> {
  const types = served.map((each) => ({
    ...each,
    schema: readSchema(each.declared.schema ?? {}, each.declared.type),
  }))
  refuseDoubles(served)
  const all = [...new Set(served.map(({ capability }) => capability))].flatMap((capability) => {
    const { endpoints }: Contract = CONTRACTS[capability]
    const own = types.filter((each) => each.capability === capability)
    return Object.entries(endpoints).map(([name, endpoint]) => ({ capability, name, endpoint, types: own }))
  })
  const paths = new Map<string, Candidate[]>()
  for (const candidate of all)
    paths.set(candidate.endpoint.path, [...(paths.get(candidate.endpoint.path) ?? []), candidate])
  for (const candidates of paths.values()) candidates.sort(bySubject)
  return paths
}

/** Throws a CallError of status 400 when nothing that is served here fits. */
export function chooseHandler(candidates: readonly Candidate[], asked: unknown): Choice {
  const fitting = candidates.flatMap((candidate) => {
    const found = candidate.endpoint.request.safeParse(asked)
    return found.success ? [{ candidate, request: found.data as Fields }] : []
  })
  if (fitting.length === 0) throw misshapen(candidates, asked)
  const served = fitting.flatMap(({ candidate, request }) => {
    const type = typeFor(candidate, request)
    return type ? [{ candidate, request, served: type }] : []
  })
  const [choice] = [...served.filter(({ candidate, served: { handlers } }) => handlers[candidate.name]), ...served]
  if (choice) return choice
  throw unserved(fitting)
}

/** The value at a path, undefined where there is none. */
export function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return key === undefined ? value : undefined
  return valueAt((value as Fields)[key], rest)
}

export function withValueAt(request: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  return { ...(request as Fields), [key]: withValueAt((request as Fields)[key], rest, value) }
}

function typeFor({ endpoint: { subject }, types }: Candidate, request: Fields): ServedType | undefined {
  const [only] = types
  if (subject === undefined && types.length === 1) return only
  const type = valueAt(request, [...(subject ?? ['identity']), 'type'])
  return typeof type === 'string' ? types.find(({ declared }) => isCalled(declared, type)) : undefined
}

/** Those that ask for more fields first: the others would take what is meant for them. */
function bySubject({ endpoint: one }: Candidate, { endpoint: other }: Candidate): number {
  return Number(one.subject === undefined) - Number(other.subject === undefined)
}

function refuseDoubles(served: readonly Served[]): void {
  const seen = new Set<string>()
  for (const { capability, declared } of served)
    for (const name of [declared.type, ...(declared.aliases ?? [])]) {
      const key = `${capability} ${name}`
      if (seen.has(key)) throw new TypeError(`${capability} of \`${name}\` is there twice`)
      seen.add(key)
    }
}

function misshapen(candidates: readonly Candidate[], asked: unknown): CallError {
  const problems = candidates.map(({ endpoint }) => {
    const { error } = z.safeParse(endpoint.request, asked)
    return (error?.issues ?? []).map(sentenceOf).join('; ')
  })
  return unreadable(candidates[0]?.endpoint.query ? 'query unreadable' : 'body unreadable', problems.join(' or '))
}

function unserved(fitting: readonly { readonly candidate: Candidate; readonly request: Fields }[]): CallError {
  const found = fitting.map(({ candidate: { endpoint }, request }) =>
    valueAt(request, [...(endpoint.subject ?? ['identity']), 'type']),
  )
  const known = fitting.flatMap(({ candidate }) => candidate.types.map(({ declared }) => declared.type))
  return new CallError(
    `no type ${JSON.stringify(found[0] ?? null)} is served here, expected one of ${[...new Set(known)].join(', ')}`,
    BAD_REQUEST,
  )
}
