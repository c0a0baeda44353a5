// Durations as Go and Compose write them: `10s`, `500ms`, `1m30s`. Loads nothing: plugins carry it with them.

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** As long as a timer of Node waits, 24.8 days: one that is set to more ends at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: HOUR_MS }
const MAX_LENGTH = 40

/** A bare number has no unit and is no duration. */
const PART = String.raw`[0-9]{1,9}(\.[0-9]{1,3})?(ms|s|m|h)`
const DURATION = new RegExp(`^(?:${PART})+$`)

/** A duration of a single part, such as `90s`, as JSON Schemas of plugins state it. */
export const SINGLE_DURATION_PATTERN = `^${PART}$`
const SINGLE_DURATION = new RegExp(SINGLE_DURATION_PATTERN)

/** Milliseconds, or undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (text.length > MAX_LENGTH || !DURATION.test(text)) return undefined
  const parts = [...text.matchAll(new RegExp(PART, 'g'))]
  return Math.round(
    parts.reduce((sum, [part, , unit]) => sum + Number.parseFloat(part) * (UNITS_MS[unit ?? ''] ?? 0), 0),
  )
}

/** The same for options of plugins, where no part may follow another. */
export function parseSingleDuration(text: string): number | undefined {
  return SINGLE_DURATION.test(text) ? parseDuration(text) : undefined
}
