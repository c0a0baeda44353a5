// One JSON line per request, of fields that were chosen one by one: no header, no query and no body can get into a log.
// Probes that go well are many and say nothing.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import type { ClientAddress } from './client-address.ts'
import { isProbe } from './probes.ts'
import { contextOf } from './request-context.ts'

const MAX_PATH = 300

type LogSetting = { readonly logger: Logger; readonly clientAddress: ClientAddress }

export function logRequest(
  { logger, clientAddress }: LogSetting,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  // Asked now: a connection that is gone has no address.
  const remote = clientAddress(request)
  response.once('close', () => {
    const { id, startedAt, tokenId } = contextOf(request)
    const path = (request.url ?? '').split('?', 1)[0]?.slice(0, MAX_PATH)
    const level = isProbe(path) && response.statusCode < 400 ? 'debug' : 'info'
    logger[level](
      {
        requestId: id,
        method: request.method,
        path,
        status: response.statusCode,
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
        remote,
        ...omitUndefined({ token: tokenId }),
        ...(response.writableFinished ? {} : { brokenOff: true }),
      },
      'request',
    )
  })
}
