// The credentials of a call: one typed object as JSON in the header `Authorization`.
import { parseCredentials } from '../../schemas/contract/ocm/credentials.ts'
import type { CredentialsRule } from '../../schemas/contract/ocm/endpoints.ts'
import { REFUSALS } from '../../schemas/contract/ocm/refusals.ts'
import { CallError } from './call-error.ts'

export type Credentials = Readonly<Record<string, unknown>> & {
  readonly type: string
  /** Of `Credentials/v1` and `DirectCredentials/v1`; other types have fields of their own. */
  readonly properties?: Readonly<Record<string, string>>
}

/** Undefined where the host has none. Throws a CallError that shows nothing of what it read. */
export function readCredentials(header: string | undefined, rule: CredentialsRule): Credentials | undefined {
  if (rule === 'never') return undefined
  if (header === undefined && rule !== 'required') return undefined
  if (header === undefined || header === '') throw refused('credentials missing', 'unexpected end of JSON input')
  const found = parsed(header)
  if (found === undefined || isCredentials(found)) return found
  throw refused('credentials unreadable', 'expected `properties` to be texts')
}

function parsed(header: string) {
  try {
    return parseCredentials(header)
  } catch (error) {
    throw refused('credentials unreadable', error instanceof Error ? error.message : 'it is no JSON')
  }
}

function isCredentials(found: Readonly<Record<string, unknown>> & { readonly type: string }): found is Credentials {
  const { properties } = found
  if (properties === undefined) return true
  if (typeof properties !== 'object' || properties === null) return false
  return Object.values(properties).every((text) => typeof text === 'string')
}

function refused(refusal: 'credentials missing' | 'credentials unreadable', why: string): CallError {
  const { status, text } = REFUSALS[refusal]
  return new CallError(`${text}${why}`, status)
}
