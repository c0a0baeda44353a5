// At most so many things at once. Owners take turns, and one alone never has every place: who asks for a hundred things waits
// for them, and nobody else does.

export type Slots = {
  /** Throws the reason of the signal when it aborts while waiting. */
  run<T>(owner: string, signal: AbortSignal, act: () => Promise<T>): Promise<T>
}

type Waiting = { readonly owner: string; readonly start: () => void }

export function createSlots(count: number): Slots {
  const perOwner = Math.max(1, count - 1)
  const running = new Map<string, number>()
  let waiting: readonly Waiting[] = []
  let free = count
  const runningOf = (owner: string) => running.get(owner) ?? 0

  function take(owner: string): boolean {
    if (free === 0 || runningOf(owner) >= perOwner) return false
    free--
    running.set(owner, runningOf(owner) + 1)
    return true
  }

  function give(owner: string): void {
    free++
    if (runningOf(owner) === 1) running.delete(owner)
    else running.set(owner, runningOf(owner) - 1)
    const next = waiting.find((each) => take(each.owner))
    if (!next) return
    // Those of the same owner go behind all others, so that owners take turns.
    const rest = waiting.filter((each) => each !== next)
    waiting = [...rest.filter((each) => each.owner !== next.owner), ...rest.filter((each) => each.owner === next.owner)]
    next.start()
  }

  function wait(owner: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting = waiting.filter((each) => each !== mine)
        reject(signal.reason as Error)
      }
      const mine = {
        owner,
        start: () => {
          signal.removeEventListener('abort', leave)
          resolve()
        },
      }
      waiting = [...waiting, mine]
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  return {
    async run(owner, signal, act) {
      signal.throwIfAborted()
      if (!take(owner)) await wait(owner, signal)
      try {
        return await act()
      } finally {
        give(owner)
      }
    },
  }
}
