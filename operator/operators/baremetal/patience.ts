// `--timeout` of `octo start`, `apply` and `restart`: how long a command waits until the services are up. What it asked for goes on.
import { LONGEST_TIMER_MS, parseDuration } from '../../../schemas/duration.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'

type Patience = Disposable & {
  readonly signal?: AbortSignal
  /** The answer, or undefined when the time is over. */
  within<Answer>(act: () => Promise<Answer>): Promise<{ readonly answer: Answer } | undefined>
}

/** Milliseconds; undefined without a text. Throws USAGE for what is no duration. */
export function timeoutOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms !== undefined) return Math.min(ms, LONGEST_TIMER_MS)
  throw coded('USAGE', {
    message: `\`--timeout\` expects a duration, such as 30s, found ${quote(text)}`,
    hint: 'write `--timeout 30s`, or leave it away to wait until all are up or have failed',
  })
}

/** Without a time it never ends. */
export function openPatience(timeoutMs: number | undefined): Patience {
  if (timeoutMs === undefined)
    return { within: async (act) => ({ answer: await act() }), [Symbol.dispose]: () => undefined }
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), timeoutMs)
  return {
    signal: controller.signal,
    async within(act) {
      try {
        return { answer: await act() }
      } catch (error) {
        if (error === controller.signal.reason && controller.signal.aborted) return undefined
        throw error
      }
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}
