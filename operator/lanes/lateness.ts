// How late runs began, of any number of them in the same little memory: shares are known to a twentieth of their value.

export type LatenessSummary = {
  readonly runs: number
  /** Milliseconds. */
  readonly sum: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export type Lateness = { add(ms: number): void; summary(): LatenessSummary }

const STEP = Math.log(1.05)
/** Below, all is the same. */
const LEAST_MS = 0.05
const BUCKETS = 400

export function openLateness(): Lateness {
  const counts = new Uint32Array(BUCKETS)
  let [runs, max, sum] = [0, 0, 0]

  /** The upper end of the bucket that holds it. */
  function share(part: number): number {
    let left = Math.ceil(part * runs)
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= counts[bucket] ?? 0
      if (left <= 0) return Math.min(max, LEAST_MS * Math.exp((bucket + 1) * STEP))
    }
    return max
  }

  return {
    add(ms) {
      const bucket = Math.floor(Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / STEP)
      const at = Math.min(bucket, BUCKETS - 1)
      counts[at] = (counts[at] ?? 0) + 1
      runs++
      sum += ms
      max = Math.max(max, ms)
    },
    summary: () => ({
      runs,
      sum: rounded(sum),
      p50: rounded(share(0.5)),
      p99: rounded(share(0.99)),
      max: rounded(max),
    }),
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}
