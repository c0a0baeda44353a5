// The input contract `notify/v1`: what a notifier reads on standard input, and the line with which it answers.
import { z } from 'zod'
import { CHECK_STATUSES } from '../check-result.ts'
import { parseJson } from '../json.ts'
import { parseShape } from '../shape.ts'
import { jsonObjectShape, lineShape, timeShape } from '../shapes.ts'
import { OUTCOME_STATUSES, reasonShape, retryAfterShape, summaryShape, warningsShape } from './outcome.ts'

/** What happened: to a check, or to a service. */
export const NOTIFICATION_KINDS = ['failed', 'resolved', 'started', 'stopped', 'crashed', 'gave-up'] as const

const MAX_MESSAGE = 16 * 1024
const MAX_RESULT_BYTES = 64 * 1024
const MAX_COUNT = 1_000_000_000

const idShape = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected 1–100 of letters, digits, `.`, `_` and `-`')

export const notificationShape = z.strictObject({
  /** The same each time that this notification is tried again, so that a receiver can see that it has it already. */
  id: idShape,
  /** The notification that told first of the same problem, so that what solves it is found beside it. */
  follows: idShape.optional(),
  kind: z.enum(NOTIFICATION_KINDS),
  project: lineShape.min(1),
  /** Of which service; absent when it is about the project. */
  service: lineShape.min(1).optional(),
  /** Of which check, by the name of its plugin; absent when it is about the service. */
  check: lineShape.min(1).optional(),
  /** How the check stands now. */
  status: z.enum(CHECK_STATUSES).optional(),
  /** The subject, where the operator's template made one. */
  title: lineShape.min(1).optional(),
  /** The text, of one line or several. */
  message: z
    .string()
    .max(MAX_MESSAGE)
    .regex(/^[^\0\p{Cs}]*$/u, 'expected well-formed text without NUL'),
  /** Since when it is so. */
  since: timeShape,
  /** When the operator made this notification. */
  at: timeShape,
  /** How many events it stands for: 1, or those that were grouped. */
  count: z.int().min(1).max(MAX_COUNT),
  /** The machine that says so. */
  host: lineShape.min(1),
})

/** The document on standard input. */
export const notifyInputShape = z.strictObject({
  v: z.literal(1),
  service: lineShape.optional(),
  /** The notifier's own arguments, secret ones too. */
  arguments: jsonObjectShape,
  notification: notificationShape,
})

/** The last line of standard output. */
export const notifyResultShape = z.object({
  v: z.literal(1),
  status: z.enum(OUTCOME_STATUSES),
  summary: summaryShape,
  reason: reasonShape.optional(),
  /** By which the receiving system knows it: a Message-ID, a ticket. */
  reference: lineShape.optional(),
  warnings: warningsShape.optional(),
  retryAfterMs: retryAfterShape.optional(),
})

export type Notification = z.output<typeof notificationShape>
export type NotifyResultLine = z.output<typeof notifyResultShape>

/** Reads one result line; throws JSON_INVALID, LIMIT_EXCEEDED or FORMAT_INVALID. */
export function parseNotifyResult(line: string, name: string): NotifyResultLine {
  return parseShape(notifyResultShape, parseJson(line, name, MAX_RESULT_BYTES, { numbers: 'rounded' }), { name })
}
