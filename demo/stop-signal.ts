// Ctrl-C and SIGTERM end the quick start in order instead of at once, so that what it started ends too.

type StopSignal = Disposable & {
  readonly signal: AbortSignal
  /** Settles with exit code 0: being stopped is how serving ends. */
  readonly asked: Promise<number>
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export function stopSignal(): StopSignal {
  const controller = new AbortController()
  const { promise: asked, resolve } = Promise.withResolvers<number>()
  const stop = () => {
    controller.abort()
    resolve(0)
  }
  for (const name of SIGNALS) process.on(name, stop)
  return {
    signal: controller.signal,
    asked,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, stop)
    },
  }
}
