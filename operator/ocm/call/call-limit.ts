// How long a call may take: until its time is over, or whoever asked gives it up.
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { shownDuration } from '../../../schemas/shown-duration.ts'
import type { Route } from '../request/routing.ts'

type CallLimit = Disposable & { readonly signal: AbortSignal }

/** Nothing of it is left when the call is over: signals of time alone live on until theirs is. */
export function limitCall(route: Route, timeoutMs: number, given: AbortSignal | undefined): CallLimit {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(late(route, timeoutMs)), timeoutMs).unref()
  const giveUp = () => controller.abort(interrupted(route))
  if (given?.aborted) giveUp()
  given?.addEventListener('abort', giveUp, { once: true })
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer)
      given?.removeEventListener('abort', giveUp)
    },
  }
}

/** What comes before a call and after it, which has no time of its own: throws INTERRUPTED when whoever asked gives it up. */
export async function untilGivenUp<Result>(
  route: Route,
  given: AbortSignal | undefined,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    throw given?.aborted ? interrupted(route) : error
  }
}

function late({ plugin, name }: Route, timeoutMs: number): Error {
  return coded('PLUGIN_TIMEOUT', {
    message: `plugin ${quote(plugin.name)} did not answer ${quote(name)} within ${shownDuration(timeoutMs)}`,
    details: { plugin: plugin.name, endpoint: name, timeoutMs },
  })
}

function interrupted({ plugin, name }: Route): Error {
  return coded('INTERRUPTED', {
    message: `the call of ${quote(name)} to plugin ${quote(plugin.name)} was given up`,
    details: { plugin: plugin.name, endpoint: name },
  })
}
