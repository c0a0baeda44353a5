// One call of the write API: JSON in, a checked shape out, problems as our errors.
import type { z } from 'zod'
import { parseJson } from '../../schemas/json.ts'
import { parseShape } from '../../schemas/shape.ts'
import { isSuccess } from '../../system/http/call-refusal.ts'
import type { Connection, HttpRequest } from '../../system/http/connection.ts'
import { sendPatiently } from '../../system/http/retry-budget.ts'
import { isWebPage, webPageInstead } from '../../system/http/web-page.ts'
import { publishRefusalOf } from './call-refusal.ts'

const MAX_ANSWER_BYTES = 1024 * 1024

/** Sends the request until there is an answer; throws the registry's refusal, FETCH_FAILED or FORMAT_INVALID. */
export async function callApi<Shape extends z.ZodType>(
  connection: Connection,
  request: HttpRequest,
  shape: Shape,
): Promise<z.output<Shape>> {
  const reply = await sendPatiently(connection, request)
  const address = `${connection.base.origin}${connection.base.pathname}${request.path}`
  const what = `${request.method} ${address}`
  if (!isSuccess(reply)) throw publishRefusalOf(reply, what)
  if (isWebPage(String(reply.headers['content-type'] ?? ''), reply.text))
    throw webPageInstead(address, 'an octo registry')
  return parseShape(shape, parseJson(reply.text, what, MAX_ANSWER_BYTES), { name: what })
}
