// Asks a server for its health within the time allowed, and makes a result of what it says or of why it says nothing.
import type { Socket } from 'node:net'
import type { CheckResult } from '../../sdk/index.ts'
import { boundedSignal, critical, dial, formatMs, latencyMetric, latencyStatus } from '../../sdk/index.ts'
import { RpcFailure } from './failure.ts'
import type { ServingStatus } from './health.ts'
import type { Target } from './target.ts'

export type Health = {
  /** Undefined: the method answered well, and its answer is not a status. */
  readonly servingStatus: ServingStatus | undefined
  /** Of what the health is, when not of the whole server. */
  readonly subject?: string
  /** What else has to be said. */
  readonly remark?: string
}

type Question = {
  readonly target: Target
  readonly limits: {
    readonly timeout: number
    readonly 'warn-after': number | undefined
    readonly 'crit-after': number | undefined
  }
  readonly signal: AbortSignal
  /** Speaks the protocol; rejects with an RpcFailure, or with the error of the connection. */
  call(socket: Socket): Promise<Health>
  /** Words for errors of the connection that a protocol knows more about. */
  describe(error: unknown): string
}

export async function askHealth(question: Question): Promise<CheckResult> {
  const { target, limits, signal } = question
  using time = boundedSignal(signal, limits.timeout)
  const startedAt = performance.now()
  try {
    const socket = await dial(target.endpoint, limits.timeout, time.signal)
    const health = await onSocket(socket, time.signal, () => question.call(socket))
    return verdict(question, health, performance.now() - startedAt)
  } catch (error) {
    if ((error as Error).name === 'InvalidOptions') throw error
    return failed(question, error, time.signal)
  }
}

/** The socket is gone afterwards, and at once when the time is up. */
async function onSocket<Result>(socket: Socket, signal: AbortSignal, use: () => Promise<Result>): Promise<Result> {
  const hangUp = () => socket.destroy(signal.reason)
  // What is answered at once lets a server go on that waits to hear that its last bytes came.
  socket.setNoDelay(true)
  // An error may come when nobody waits any more.
  socket.on('error', () => undefined)
  signal.addEventListener('abort', hangUp, { once: true })
  try {
    signal.throwIfAborted()
    return await use()
  } finally {
    signal.removeEventListener('abort', hangUp)
    socket.destroy()
  }
}

function verdict({ target, limits }: Question, health: Health, latencyMs: number): CheckResult {
  const { servingStatus, subject, remark } = health
  const bounds = { warnMs: limits['warn-after'], critMs: limits['crit-after'] }
  const isHealthy = servingStatus === undefined || servingStatus === 'SERVING'
  const speed = latencyStatus(latencyMs, bounds)
  const said = servingStatus ?? `${target.method} answers`
  const slowly = isHealthy && speed !== 'ok' ? ' but slowly' : ''
  return {
    status: isHealthy ? speed : 'critical',
    summary: `${target.shown}: ${subject ? `${subject} is ` : ''}${said}${slowly} (${formatMs(latencyMs)})${remark ? `, ${remark}` : ''}`,
    details: { method: target.method, ...(servingStatus === undefined ? {} : { servingStatus }) },
    metrics: [latencyMetric(latencyMs, bounds)],
  }
}

function failed({ target, limits, signal, describe }: Question, error: unknown, bounded: AbortSignal): CheckResult {
  const at = (why: string, details: Record<string, unknown>) =>
    critical(`${target.shown}: ${why}`, { details: { method: target.method, ...details } })
  const code = codeOf(error)
  // When the time is up the connection is closed here, and that may be noticed first.
  if (bounded.aborted || code === 'ETIMEDOUT')
    return at(`no answer ${signal.aborted ? 'before the deadline' : `within ${formatMs(limits.timeout)}`}`, {
      code: 'ETIMEDOUT',
    })
  if (error instanceof RpcFailure) return at(error.message, { code: error.code, ...error.details })
  return at(describe(error), code === undefined ? {} : { code })
}

/** Several addresses of one host fail together; they are told apart in the sentence. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return (error as NodeJS.ErrnoException | undefined)?.code
}
