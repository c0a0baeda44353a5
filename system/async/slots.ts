// How many plugins run at the same time: each costs a process, and starting one blocks octo for a moment.

export type Slots = { use<Result>(act: () => Promise<Result>): Promise<Result> }

export function openSlots(count: number): Slots {
  const waiting: (() => void)[] = []
  let free = count
  return {
    async use(act) {
      if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
      else free--
      try {
        return await act()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else free++
      }
    },
  }
}
