// What Ctrl-C does while plugins run: the first one asks all of them to end, the second one kills them.
import { killHeldGroups } from '../../system/process/process-group.ts'

/** Aborts with the first signal; to be disposed of, so that later signals mean what they always do. */
export function interruptible(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const onSignal = () => {
    if (controller.signal.aborted) killHeldGroups()
    else controller.abort()
  }
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, onSignal)
    },
  }
}
