// The header Retry-After in both of its forms: seconds, or a date.

/** A server that asks for more patience than this does not get more. */
const LONGEST_MS = 30_000

/** Milliseconds to wait, bounded; undefined where the header says nothing usable. */
export function retryAfterMs(header: string | readonly string[] | undefined, now: number): number | undefined {
  const value = typeof header === 'string' ? header.trim() : ''
  if (value === '') return undefined
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(0, waitMs), LONGEST_MS)
}
