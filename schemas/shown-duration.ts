// Times as people read them.
import { HOUR_MS } from './duration.ts'

const MINUTE_MS = 60_000

/** For people: `300 ms`, `1.5 s`, `1 min 30 s`, `24 h`. */
export function shownDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`
  const [hours, minutes] = [Math.floor(milliseconds / HOUR_MS), Math.floor((milliseconds % HOUR_MS) / MINUTE_MS)]
  const seconds = (milliseconds % MINUTE_MS) / 1000
  const parts = [hours > 0 && `${hours} h`, minutes > 0 && `${minutes} min`, seconds > 0 && `${seconds} s`]
  return parts.filter(Boolean).join(' ')
}

/** In whole seconds, one at the least, where less says nothing: `1 s`, `5 min`. */
export function shownSeconds(milliseconds: number): string {
  return shownDuration(Math.max(1, Math.ceil(milliseconds / 1000)) * 1000)
}
