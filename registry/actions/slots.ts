// At most so many things at once; the others wait in order.

export type Slots = { run<T>(act: () => Promise<T>): Promise<T> }

export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = []
  let free = count
  return {
    async run(act) {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
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
