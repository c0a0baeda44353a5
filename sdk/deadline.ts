// The operator kills a plugin that answers too late. This leaves time to say so: the signal comes a little earlier.

const MARGIN_MS = 250
const MARGIN_SHARE = 0.1

export const NO_ANSWER_IN_TIME = 'no result before the deadline'

type Deadline = Disposable & {
  readonly signal: AbortSignal
  /** Settles when the time is up and whoever listens to the signal had a turn. */
  readonly passed: Promise<void>
}

export function deadlineSignal(deadlineMs: number | undefined): Deadline {
  const controller = new AbortController()
  const { promise: passed, resolve } = Promise.withResolvers<void>()
  const abort = () => {
    controller.abort(new Error(NO_ANSWER_IN_TIME))
    setImmediate(resolve)
  }
  const timer = deadlineMs === undefined ? undefined : setTimeout(abort, timeLeft(deadlineMs))
  return { signal: controller.signal, passed, [Symbol.dispose]: () => clearTimeout(timer) }
}

/**
 * Aborted with the signal, or when the time is up. What `AbortSignal.any` and `AbortSignal.timeout` give together, for a tenth of
 * the time that these take to load.
 */
export function boundedSignal(signal: AbortSignal, timeoutMs: number): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const onAbort = () => controller.abort(signal.reason)
  const timer = setTimeout(() => controller.abort(new DOMException('the time is up', 'TimeoutError')), timeoutMs)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    },
  }
}

/** OCTO_DEADLINE_MS as the operator sets it; text that is no number counts as no deadline. */
export function readDeadline(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined
}

function timeLeft(deadlineMs: number): number {
  const left = deadlineMs - Date.now()
  return Math.max(0, left - Math.min(MARGIN_MS, left * MARGIN_SHARE))
}
