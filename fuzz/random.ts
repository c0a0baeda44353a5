// Choices that a seed repeats.

export type Random = {
  /** A whole number from 0 to below `end`. */
  below(end: number): number
  of<Item>(items: readonly Item[]): Item
  /** From `least` to `most` of the items, joined. */
  some(items: readonly string[], least: number, most: number): string
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
  const of = <Item>(items: readonly Item[]) => items[below(items.length)] as Item
  const some = (items: readonly string[], least: number, most: number) =>
    Array.from({ length: least + below(most - least + 1) }, () => of(items)).join('')
  return { below, of, some }
}
