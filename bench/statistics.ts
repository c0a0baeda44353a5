// The arithmetic of the benchmarks: medians, paired comparisons of interleaved rounds, and figures rounded for people.

/** The middle value; the mean of the middle two when their number is even. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Half the distance between the quartiles, as a share of the median: how far one round is from another; 0 for rounds that are all 0. */
export function spread(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
  const distance = at(0.75) - at(0.25)
  return distance === 0 ? 0 : distance / 2 / median(values)
}

/** Median of `ours / peer` round by round: what slows a whole round down cancels out. */
export function pairedRatio(ours: readonly number[], peer: readonly number[]): number {
  return median(pairs(ours, peer).map(([a, b]) => a / b))
}

/** Median of `ours - peer` round by round. */
export function pairedDifference(ours: readonly number[], peer: readonly number[]): number {
  return median(pairs(ours, peer).map(([a, b]) => a - b))
}

function pairs(ours: readonly number[], peer: readonly number[]): [number, number][] {
  return ours.slice(0, peer.length).map((value, round) => [value, peer[round] ?? Number.NaN])
}

/** Two digits that matter, which is all that a timing on another machine can promise: 68 412 → 68 000, 0.6149 → 0.61. */
export function roundFigure(value: number): number {
  return Number(value.toPrecision(2))
}
