// Choices that a seed repeats.

export type Random = {
  /** A whole number from 0 to below `end`. */
  below(end: number): number
  of<Item>(items: readonly Item[]): Item
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(next() * end)
  return { below, of: (items) => items[below(items.length)] as (typeof items)[number] }
}
