// The line that an item of work leaves behind: how it ended, its size, and how long it took.
import { printable } from '../schemas/quote.ts'
import type { Paint } from './colour.ts'
import { formatBytes, formatDuration } from './measures.ts'

const MAX_REASON = 2000

export type Ended = {
  readonly label: string
  readonly bytes: number
  readonly tookMs: number
  readonly outcome:
    | { readonly kind: 'done'; readonly note?: string | undefined }
    | { readonly kind: 'failed'; readonly reason: string }
}

export function endedLine({ label, bytes, tookMs, outcome }: Ended, paint: Paint): string {
  if (outcome.kind === 'failed') return `${paint.red('✗')} ${label}  ${printable(outcome.reason, MAX_REASON)}`
  const size = bytes > 0 ? formatBytes(bytes) : undefined
  return `${paint.green('✓')} ${[label, outcome.note && printable(outcome.note), size, formatDuration(tookMs)].filter(Boolean).join('  ')}`
}
