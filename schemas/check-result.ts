// What a check reports under the output contract `check/v1`: the last line of its standard output, as JSON.
import { z } from 'zod'
import { DAY_MS } from './duration.ts'
import { parseJson } from './json.ts'
import { parseShape } from './shape.ts'

export const CHECK_STATUSES = ['ok', 'warn', 'critical', 'unknown'] as const
export type CheckStatus = (typeof CHECK_STATUSES)[number]

export const MAX_RESULT_BYTES = 64 * 1024
const MAX_METRICS = 1000
const MAX_SUMMARY = 2000

const amount = z.number()
const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?`
/** A number, or a range of Nagios as it is written: `10:20`, `~:20`, `@1:20`. */
const limit = z.union([
  amount,
  z
    .string()
    .max(100)
    .regex(new RegExp(`^@?(?:(?:~|${NUMBER})?:(?:${NUMBER})?|${NUMBER})$`)),
])

const metricShape = z.object({
  name: z.string().min(1).max(200),
  value: amount,
  /** `ms`, `s`, `B`, `%` …; none for plain counts. */
  unit: z.string().max(16).optional(),
  /** Limits above which, or the range outside of which, the value is a warning, or critical. */
  warn: limit.optional(),
  crit: limit.optional(),
  min: amount.optional(),
  max: amount.optional(),
})

export const checkResultShape = z.object({
  v: z.literal(1),
  status: z.enum(CHECK_STATUSES),
  /** One sentence for people. Hostile until printed through `printable`. */
  summary: z.string().max(MAX_SUMMARY),
  details: z.record(z.string(), z.unknown()).optional(),
  metrics: z.array(metricShape).max(MAX_METRICS).optional(),
  /** Asks the operator not to try again sooner. */
  retryAfterMs: z.number().min(0).max(DAY_MS).optional(),
})

export type CheckResultLine = z.output<typeof checkResultShape>
export type Metric = z.output<typeof metricShape>

/** Reads one result line; throws JSON_INVALID, LIMIT_EXCEEDED or FORMAT_INVALID. */
export function parseCheckResult(line: string, name: string): CheckResultLine {
  return parseShape(checkResultShape, parseJson(line, name, MAX_RESULT_BYTES, { numbers: 'rounded' }), { name })
}
