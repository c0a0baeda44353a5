// What has to be done before a signal ends this process: what is half done is taken away, what was started is ended.
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

type EndSignal = (typeof SIGNALS)[number]
type Act = (signal: EndSignal) => void

const acts = new Set<Act>()

/** Until it is disposed of. Must not throw, and has no time to wait. */
export function beforeSignal(act: Act): Disposable {
  if (acts.size === 0) for (const signal of SIGNALS) process.on(signal, actAndEnd)
  acts.add(act)
  return {
    [Symbol.dispose]() {
      acts.delete(act)
      if (acts.size === 0) for (const signal of SIGNALS) process.off(signal, actAndEnd)
    },
  }
}

/** Ends the process as the signal would have, unless somebody else listens and decides that. */
function actAndEnd(signal: EndSignal): void {
  for (const act of acts) act(signal)
  for (const name of SIGNALS) process.off(name, actAndEnd)
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
}
