// What was made lately, up to a size, so that it is made once for all who ask for it, also for those who ask at the same time.

type Lately<Made> = {
  get(key: string, make: () => Promise<Made>): Promise<Made>
}

/** `sizeOf` in characters; each key counts as well. */
export function keepLately<Made>(maxSize: number, sizeOf: (made: Made) => number): Lately<Made> {
  const kept = new Map<string, Made>()
  const coming = new Map<string, Promise<Made>>()
  let size = 0
  const weigh = (key: string, made: Made) => key.length + sizeOf(made)

  function keep(key: string, made: Made): void {
    kept.set(key, made)
    size += weigh(key, made)
    for (const [oldest, entry] of kept) {
      if (size <= maxSize) return
      kept.delete(oldest)
      size -= weigh(oldest, entry)
    }
  }

  async function make(key: string, making: () => Promise<Made>): Promise<Made> {
    try {
      const made = await making()
      keep(key, made)
      return made
    } finally {
      coming.delete(key)
    }
  }

  return {
    get(key, making) {
      const known = kept.get(key)
      if (known !== undefined) return Promise.resolve(known)
      const begun = coming.get(key) ?? make(key, making)
      coming.set(key, begun)
      return begun
    },
  }
}
