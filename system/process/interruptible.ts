// What Ctrl-C does while plugins run: the first one asks all of them to end, the second one kills them.
import { killHeldGroups, signalCode } from './process-group.ts'

/** Aborts with the first signal, whose exit code is then known; to be disposed of, so that later signals mean what they always do. */
export function interruptible(): Disposable & { readonly signal: AbortSignal; exitCode(): number | undefined } {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  let exitCode: number | undefined
  const onSignal = (name: NodeJS.Signals) => {
    exitCode ??= signalCode(name)
    if (controller.signal.aborted) killHeldGroups()
    else controller.abort()
  }
  const listeners = names.map((name) => [name, () => onSignal(name)] as const)
  for (const [name, listener] of listeners) process.on(name, listener)
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    [Symbol.dispose]: () => {
      for (const [name, listener] of listeners) process.off(name, listener)
    },
  }
}
