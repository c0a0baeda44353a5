// What plugins and programs say of themselves stands in the journal, in the status and in terminals: one line of it, not more than
// one reads, and nothing that a terminal would obey.
import { printable } from '../../../schemas/quote.ts'
import type { Event } from './lifecycle.ts'

const MOST = 500

export function oneLine(text: string): string {
  return printable(
    text
      .slice(0, 4 * MOST)
      .replace(/\s+/g, ' ')
      .trim(),
    MOST,
  )
}

export function withCleanReason(event: Event): Event {
  if (!('reason' in event) || event.reason === undefined) return event
  return { ...event, reason: oneLine(event.reason) }
}
