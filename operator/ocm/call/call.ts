// One call to an instance: asked as the contract says, and answered as it says, or it is an error that says what came instead.
import { CREDENTIALS_HEADER, renderCredentials } from '../../../schemas/contract/ocm/credentials.ts'
import type { Endpoint } from '../../../schemas/contract/ocm/endpoints.ts'
import { renderQuery } from '../../../schemas/contract/ocm/endpoints.ts'
import { LEAVING, SUCCESS, saysNone } from '../../../schemas/contract/ocm/refusals.ts'
import type { Typed } from '../../../schemas/contract/ocm/type-name.ts'
import type { CodedError } from '../../../schemas/errors.ts'
import { coded, isCoded, throwDefect } from '../../../schemas/errors.ts'
import { parseJson } from '../../../schemas/json.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import { parseShape } from '../../../schemas/shape.ts'
import type { HttpReply, HttpRequest } from '../../../system/http/connection.ts'
import { TOO_LONG, UNREADABLE } from '../../../system/http/connection.ts'
import type { Instance } from '../instance/instance.ts'

type Call = {
  readonly plugin: string
  readonly endpoint: Endpoint
  /** Of the shape that the endpoint asks for. */
  readonly request: unknown
  readonly credentials?: Typed | undefined
}

const MAX_ANSWER_BYTES = 16 * 1024 * 1024
const MAX_TEXT = 2000

/** The answer; undefined where the endpoint has none. Throws PLUGIN_FAILED, PLUGIN_ANSWER_INVALID or FETCH_FAILED. */
export async function callInstance(
  { connection }: Pick<Instance, 'connection'>,
  call: Call,
  signal: AbortSignal,
): Promise<unknown> {
  const { endpoint, request, credentials } = call
  const authorization = renderCredentials(credentials, endpoint.credentials)
  const query = renderQuery(endpoint, request)
  const asked: HttpRequest = {
    method: endpoint.method,
    path: `${endpoint.path.slice(1)}${query === '' ? '' : `?${query}`}`,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      ...omitUndefined({ [CREDENTIALS_HEADER]: authorization }),
    },
    ...(endpoint.method === 'POST' ? { json: request } : {}),
    maxBytes: MAX_ANSWER_BYTES,
    signal,
  }
  const reply = await connection.send(asked).catch((error: unknown) => {
    throw brokenOff(error, call)
  })
  if (reply.status === SUCCESS) return answerOf(reply, call)
  if (endpoint.mayBeMissing && saysNothing(reply)) return null
  if (reply.status === LEAVING.status && reply.text.trim() === LEAVING.text) throw isLeaving(call.plugin)
  throw refusalOf(reply, call)
}

/**
 * In its details, `mayAskAgain`: nobody was there to be asked, or asking twice does no harm; `isLeaving`: it takes no calls any
 * more, and will be gone by itself.
 */
export function isBrokenCall(error: unknown): error is CodedError {
  return isCoded(error, 'PLUGIN_EXITED') && typeof error.details.mayAskAgain === 'boolean'
}

/** It was not asked: it ends, or somebody ends it. */
export function isLeaving(plugin: string): CodedError {
  return coded('PLUGIN_EXITED', {
    message: `plugin ${quote(plugin)} is just leaving`,
    details: { plugin, mayAskAgain: true, isLeaving: true },
    hint: 'run the command again',
  })
}

const NOBODY_THERE: readonly unknown[] = ['ECONNREFUSED', 'ENOENT']

function brokenOff(error: unknown, { plugin, endpoint }: Call): unknown {
  if (!isCoded(error, 'FETCH_FAILED')) return error
  const details = { plugin, endpoint: endpoint.path }
  if (error.details.reason === TOO_LONG)
    return coded('PLUGIN_ANSWER_INVALID', {
      message: `plugin ${quote(plugin)} answered more than ${MAX_ANSWER_BYTES} bytes`,
      details: { ...details, limit: MAX_ANSWER_BYTES },
      cause: error,
    })
  if (error.details.reason === UNREADABLE)
    return coded('PLUGIN_ANSWER_INVALID', {
      message: `plugin ${quote(plugin)} answered ${quote(endpoint.path)} with what cannot be read, expected text in UTF-8`,
      details,
      hint: 'tell its author',
      cause: error,
    })
  const isHarmless = endpoint.method === 'GET' || endpoint.repeats === true
  const isNobodyThere = NOBODY_THERE.includes(error.details.reason)
  const mayAskAgain = isHarmless || isNobodyThere
  return coded('PLUGIN_EXITED', {
    message: `plugin ${quote(plugin)} broke off a call of ${quote(endpoint.path)}, as it does when it crashes`,
    details: { ...details, mayAskAgain, isLeaving: isNobodyThere },
    hint: 'what it says itself is shown with `--verbose`',
    cause: error,
  })
}

function answerOf({ text }: HttpReply, { plugin, endpoint }: Call): unknown {
  if (!endpoint.response) return undefined
  const name = `answer of ${plugin} at ${endpoint.path}`
  try {
    // Some plugins answer what they could not read with nothing.
    const found = parseJson(text, name, MAX_ANSWER_BYTES, { numbers: 'rounded' })
    const answer = parseShape(endpoint.response, found, { name })
    requireLocalFiles(answer)
    return answer
  } catch (error) {
    throwDefect(error)
    throw coded('PLUGIN_ANSWER_INVALID', {
      message: `plugin ${quote(plugin)} answered what its contract does not have: ${text.trim() === '' ? 'nothing' : error.message}`,
      details: { plugin, endpoint: endpoint.path },
      hint: 'tell its author',
      cause: error,
    })
  }
}

/** Bytes are handed over in files of this machine. */
function requireLocalFiles(answer: unknown): void {
  const { location } = (answer ?? {}) as { location?: { type: string; value: string } }
  if (location === undefined || (location.type === 'localFile' && location.value.startsWith('/'))) return
  throw coded('FORMAT_INVALID', {
    message: `\`location\` is ${quote(`${location.type} ${location.value}`)}, expected a \`localFile\` with an absolute path`,
  })
}

/** Made with OCM's own SDK, it has no such endpoint, or cannot read the question whatever it is. */
function saysNothing({ status, text }: HttpReply): boolean {
  return status === 404 || text.includes('cannot unmarshal object into Go struct field GetIdentityRequest')
}

/** Servers of Node take 16 KiB of headers unless they are told otherwise, those of Go a megabyte. */
const HEADER_TOO_LARGE = 431

function refusalOf({ status, text }: HttpReply, { plugin, endpoint, credentials }: Call): Error {
  if (status === HEADER_TOO_LARGE && credentials) return takesNoSuch(plugin, endpoint, credentials)
  const said = printable(text.trim(), MAX_TEXT)
  return coded('PLUGIN_FAILED', {
    message: `plugin ${quote(plugin)} refused ${quote(endpoint.path)} with status ${status}: ${said === '' ? 'it gave no reason' : said}`,
    details: {
      plugin,
      endpoint: endpoint.path,
      status,
      text: said,
      ...(saysNone({ status, text }) ? { saysNone: true } : {}),
    },
  })
}

function takesNoSuch(plugin: string, { path, credentials: rule }: Endpoint, credentials: Typed): Error {
  const bytes = renderCredentials(credentials, rule)?.length
  return coded('LIMIT_EXCEEDED', {
    message: `plugin ${quote(plugin)} does not take credentials of ${bytes} bytes in the header in which they travel`,
    details: { plugin, endpoint: path, bytes },
    hint: 'give shorter ones; a plugin of octo’s sdk takes 512 KiB, and one on Node alone 16 KiB: `octo plugin call ENDPOINT REQUEST --credentials FILE`',
  })
}
