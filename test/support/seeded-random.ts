// Random numbers that a failed run can be repeated with: OCTO_SEED=… sets the seed, failures print it.

export type SeededRandom = { readonly seed: number; next(): number; below(limit: number): number }

export function seededRandom(seed = Number(process.env.OCTO_SEED) || Date.now() % 2 ** 31): SeededRandom {
  let state = seed >>> 0
  // mulberry32: small, and good enough to choose moments and bits.
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return { seed, next, below: (limit) => Math.floor(next() * limit) }
}
