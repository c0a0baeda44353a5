// Durations as people write them, `250ms`, `10s`, `5m`, and as people read them.

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

export const DURATION_PATTERN = '^[0-9]{1,9}(\\.[0-9]{1,3})?(ms|s|m|h)$'

/** Milliseconds, or undefined when the text is no duration. A bare number has no unit and is none. */
export function parseDuration(text: string): number | undefined {
  if (!new RegExp(DURATION_PATTERN).test(text)) return undefined
  const unit = text.match(/[a-z]+$/)?.[0] ?? ''
  return Math.round(Number.parseFloat(text) * (UNITS_MS[unit] ?? Number.NaN))
}

/** `0.4 ms`, `12 ms`, `3.2 s`. */
export function formatMs(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`
}
