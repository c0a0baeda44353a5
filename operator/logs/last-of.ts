// Of what was there already only the last so many are shown, as `--tail` says; what comes later is shown as it comes.

type LastOf<T> = {
  take(one: T): void
  /** What was there has been read. */
  release(): void
}

/** All without a count. */
export function lastOf<T>(count: number | undefined, show: (one: T) => void): LastOf<T> {
  if (count === undefined) return { take: show, release: () => undefined }
  let held: T[] | undefined = []
  return {
    take(one) {
      if (!held) return show(one)
      held.push(one)
      // Cut now and then, as each cut moves what is left.
      if (held.length > 2 * count + 1000) held = held.slice(held.length - count)
    },
    release() {
      const last = held?.slice(Math.max(0, held.length - count)) ?? []
      held = undefined
      for (const one of last) show(one)
    },
  }
}
