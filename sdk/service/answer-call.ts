// One call of a contract: what was asked is read and checked, the author's handler runs, and its answer is checked before it is sent.
import { readQuery } from '../../schemas/contract/ocm/endpoints.ts'
import { sentenceOf } from './author-schema.ts'
import { CallError, unreadable } from './call-error.ts'
import type { Credentials } from './credentials.ts'
import { readCredentials } from './credentials.ts'
import type { CallContext } from './definition.ts'
import type { Candidate, Choice, Fields } from './endpoints.ts'
import { chooseHandler, valueAt, withValueAt } from './endpoints.ts'
import { pageOf } from './pages.ts'

type AskedCall = {
  readonly method: string
  readonly query: URLSearchParams
  readonly authorization: string | undefined
  /** Rejects with a CallError for more than the plugin takes. */
  body(): Promise<Buffer>
}

/** Undefined is an answer without a body. */
export type CallAnswer = { readonly body: string | undefined }

type WithoutCredentials = Omit<CallContext, 'credentials'>

const METHOD_NOT_ALLOWED = 405
const NOT_IMPLEMENTED = 501

/** Throws a CallError, or whatever the author's handler throws. */
export async function answerCall(
  candidates: readonly Candidate[],
  asked: AskedCall,
  context: WithoutCredentials,
): Promise<CallAnswer> {
  const [first] = candidates
  const allowed = candidates.filter(({ endpoint }) => endpoint.method === asked.method)
  if (!first || allowed.length === 0)
    throw new CallError(`expected ${first?.endpoint.method}, found ${asked.method}`, METHOD_NOT_ALLOWED)
  // Those of one path agree on credentials.
  const credentials = readCredentials(asked.authorization, first.endpoint.credentials)
  const choice = chooseHandler(allowed, await readAsked(first, asked))
  const request = await checkedRequest(choice)
  return rendered(choice, await handled(choice, request, { ...context, credentials }))
}

async function readAsked({ endpoint }: Candidate, { query, body }: AskedCall): Promise<unknown> {
  try {
    return endpoint.query ? readQuery(endpoint, query) : JSON.parse(inUtf8(await body()))
  } catch (error) {
    if (error instanceof CallError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw unreadable(endpoint.query ? 'query unreadable' : 'body unreadable', why)
  }
}

function inUtf8(bytes: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

async function checkedRequest({ candidate, served, request }: Choice): Promise<unknown> {
  const { subject } = candidate.endpoint
  if (subject === undefined) return request
  const value = await served.schema.check(valueAt(request, subject), `the \`${subject.join('.')}\` of the call`)
  return withValueAt(request, subject, value)
}

type WithCredentials = WithoutCredentials & { readonly credentials: Credentials | undefined }

async function handled({ candidate, served }: Choice, request: unknown, context: WithCredentials): Promise<unknown> {
  const handler = served.handlers[candidate.name]
  if (!handler) return unhandled(candidate, served.declared.type)
  const answer = await handler(request, context)
  return isNames(candidate, answer) ? pageOf(answer, String((request as Fields).last)) : answer
}

/** That there is no identity, and no news of health, can be said for any plugin. */
function unhandled({ endpoint: { path, mayBeMissing, response } }: Candidate, type: string): unknown {
  if (path.endsWith('/identity')) return { identity: {} }
  if (mayBeMissing && response === undefined) return undefined
  throw new CallError(`\`${type}\` does not offer ${path}`, NOT_IMPLEMENTED)
}

function isNames({ name }: Candidate, answer: unknown): answer is Iterable<string> | AsyncIterable<string> {
  if (name !== 'listComponents' || typeof answer !== 'object' || answer === null) return false
  return Symbol.iterator in answer || Symbol.asyncIterator in answer
}

function rendered({ candidate: { endpoint } }: Choice, answer: unknown): CallAnswer {
  if (endpoint.response === undefined) return { body: undefined }
  const given = answer === undefined ? {} : answer
  const { error } = endpoint.response.safeParse(given)
  if (error)
    throw new CallError(`the plugin answered ${endpoint.path} wrongly: ${error.issues.map(sentenceOf).join('; ')}`)
  return { body: `${JSON.stringify(given)}\n` }
}
