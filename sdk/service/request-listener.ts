// What comes in over HTTP: health, the end, calls of contracts, and the author's own paths. It counts what is under way.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HEALTH_PATH, LEAVING, SHUTDOWN_PATH } from '../../schemas/contract/ocm/refusals.ts'
import type { CallAnswer } from './answer-call.ts'
import { answerCall } from './answer-call.ts'
import type { CallFiles } from './blobs.ts'
import type { CallContext } from './definition.ts'
import type { IdleClock } from './idle-clock.ts'
import { readBody } from './request-body.ts'
import { sendAnswer, sendFailure, sendRefusal, sendText } from './send-answer.ts'
import type { ServiceProgram } from './service-plugin.ts'

type SharedContext = Omit<CallContext, 'credentials' | 'signal' | 'files'>

type RequestListener = {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** From now on nothing new is begun. Gives how many calls were not done in time. */
  finish(withinMs: number): Promise<number>
  /** Waits no longer. */
  giveUp(): void
}

type Surroundings = {
  readonly context: SharedContext
  readonly filesOf: (signal: AbortSignal) => CallFiles
  /** Stands still while calls are under way. */
  readonly idle: Pick<IdleClock, 'startWork' | 'stopWork'>
  readonly stop: (reason: string) => void
}

const MAX_BODY_BYTES = 64 * 1024 * 1024

export function createRequestListener(
  program: ServiceProgram,
  { context, filesOf, idle, stop }: Surroundings,
): RequestListener {
  const underWay = new Set<AbortController>()
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<void>()
  let whenEmpty: (() => void) | undefined

  async function track(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const controller = new AbortController()
    underWay.add(controller)
    idle.startWork()
    const files = filesOf(controller.signal)
    // Nobody will fetch what it wrote, whether its handler is done or not.
    controller.signal.addEventListener('abort', () => void files.release(undefined))
    const closed = Promise.withResolvers<void>()
    response.once('close', () => {
      if (!response.writableFinished) controller.abort(new Error('the host gave the call up'))
      closed.resolve()
    })
    try {
      await call(program, request, response, { ...context, files, signal: controller.signal })
      await closed.promise
      if (controller.signal.aborted) await files.release(undefined)
    } finally {
      idle.stopWork()
      underWay.delete(controller)
      if (underWay.size === 0) whenEmpty?.()
    }
  }

  return {
    async answer(request, response) {
      if (addressOf(request).path === SHUTDOWN_PATH) {
        // Once the answer is out, or nobody waits for it any more.
        response.once('close', () => stop(`it was asked to by ${SHUTDOWN_PATH}`))
        response.setHeader('connection', 'close')
        sendAnswer(response, { body: undefined })
      } else if (whenEmpty) sendText(response, LEAVING.status, LEAVING.text)
      else await track(request, response)
    },
    async finish(withinMs) {
      const { promise: empty, resolve } = Promise.withResolvers<void>()
      whenEmpty = resolve
      if (underWay.size === 0) resolve()
      const timer = setTimeout(giveUp, withinMs)
      await Promise.race([empty, givenUp])
      clearTimeout(timer)
      const left = underWay.size
      for (const controller of underWay) controller.abort(new Error('the plugin has to end'))
      return left
    },
    giveUp,
  }
}

type CallScope = SharedContext & { readonly files: CallFiles; readonly signal: AbortSignal }

async function call(
  program: ServiceProgram,
  request: IncomingMessage,
  response: ServerResponse,
  scope: CallScope,
): Promise<void> {
  const { path, query } = addressOf(request)
  const { method = 'GET', headers } = request
  const candidates = program.endpoints.get(path)
  const own = program.handlers?.[path as `/${string}`]
  const body = () => readBody(request, program.limits?.bodyBytes ?? MAX_BODY_BYTES)
  const answerWith = async (answer: CallAnswer) => {
    await scope.files.release(answer.body ?? '')
    sendAnswer(response, answer)
  }
  try {
    if (path === HEALTH_PATH) answerHealth(method, response)
    else if (candidates) {
      const { authorization } = headers
      await answerWith(await answerCall(candidates, { method, query, authorization, body }, scope))
    } else if (own) {
      const answer = await own({ method, query, headers, body: await body() }, scope)
      await answerWith({ body: answer === undefined ? undefined : `${JSON.stringify(answer)}\n` })
    } else sendRefusal(response, 'no such endpoint')
  } catch (error) {
    await scope.files.release(undefined)
    sendFailure(response, error, scope.log.with({ path }))
  }
}

function answerHealth(method: string, response: ServerResponse): void {
  if (method === 'GET' || method === 'HEAD') sendAnswer(response, { body: undefined })
  else sendRefusal(response, 'wrong method for health')
}

/** Split by hand: no address that a peer can send makes this fail. */
function addressOf({ url = '/' }: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } {
  const [path = '', ...query] = url.split('?')
  return { path, query: new URLSearchParams(query.join('?')) }
}
