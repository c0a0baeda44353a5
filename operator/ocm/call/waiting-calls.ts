// Calls that wait for their plugin to be ready: each is served once, or refused, or gives up by itself.

type WaitingCalls<Lease> = {
  /** What it is served with; throws why there is nothing. `onWait` is told once it waits. */
  wait(signal: AbortSignal, onWait: () => void): Promise<Lease>
  /** All that wait now, which do not wait any more. */
  take(): readonly WaitingCall<Lease>[]
}

type WaitingCall<Lease> = { readonly serve: (lease: Lease) => void; readonly refuse: (error: unknown) => void }

export function openWaitingCalls<Lease>(): WaitingCalls<Lease> {
  const waiting = new Set<WaitingCall<Lease>>()
  return {
    wait: (signal, onWait) =>
      new Promise((resolve, reject) => {
        const giveUp = () => {
          waiting.delete(one)
          reject(signal.reason)
        }
        const one: WaitingCall<Lease> = {
          serve(lease) {
            signal.removeEventListener('abort', giveUp)
            resolve(lease)
          },
          refuse(error) {
            signal.removeEventListener('abort', giveUp)
            reject(error)
          },
        }
        if (signal.aborted) return giveUp()
        signal.addEventListener('abort', giveUp, { once: true })
        waiting.add(one)
        onWait()
      }),
    take() {
      const all = [...waiting]
      waiting.clear()
      return all
    },
  }
}
