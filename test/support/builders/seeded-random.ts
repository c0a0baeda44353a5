// Random numbers that a failed run can be repeated with: each prints its seed, and OCTO_SEED=… sets it.

export type Random = {
  readonly seed: number
  /** In 0..1, without 1. */
  next(): number
  /** A whole number in 0..limit, without limit. */
  below(limit: number): number
  chance(probability: number): boolean
  /** One of the items, of which there must be some. */
  pick<Item>(items: readonly Item[]): Item
}

export function seededRandom(seed = Number(process.env.OCTO_SEED) || Date.now() % 2 ** 31): Random {
  // `npm test` shows it with the output of a file in which something failed.
  process.stderr.write(`OCTO_SEED=${seed}\n`)
  let state = seed >>> 0
  // mulberry32: small, and good enough to choose moments and bits.
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    seed,
    next,
    below,
    chance: (probability) => next() < probability,
    pick: <Item>(items: readonly Item[]) => items[below(items.length)] as Item,
  }
}
