// At most so many things at once; the others wait for a place. Owners take turns, so who asks for a hundred things waits for
// them, and nobody else does.

export type Slots = {
  /** Throws the reason of the signal when it aborts before `act` begins. */
  run<T>(owner: string, signal: AbortSignal | undefined, act: () => Promise<T>): Promise<T>
}

type Places = {
  readonly count: number
  /** How many of them one owner may have. */
  readonly perOwner: number
}

type Waiting = { readonly owner: string; readonly start: () => void }

/** One owner alone never has every place, as long as there are two. */
export function openFairSlots(count: number): Slots {
  return openPlaces({ count, perOwner: Math.max(1, count - 1) })
}

/** For the work of a single owner: it may have every place, and who came first goes first. */
export function openSlots(count: number): { use<T>(act: () => Promise<T>): Promise<T> } {
  const slots = openPlaces({ count, perOwner: count })
  return { use: (act) => slots.run('', undefined, act) }
}

function openPlaces({ count, perOwner }: Places): Slots {
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

  function wait(owner: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting = waiting.filter((each) => each !== mine)
        reject(signal?.reason as Error)
      }
      const mine = {
        owner,
        start: () => {
          signal?.removeEventListener('abort', leave)
          resolve()
        },
      }
      waiting = [...waiting, mine]
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  return {
    async run(owner, signal, act) {
      signal?.throwIfAborted()
      if (!take(owner)) await wait(owner, signal)
      try {
        return await act()
      } finally {
        give(owner)
      }
    },
  }
}
