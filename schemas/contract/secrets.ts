// The output contract `secret/v1`: what a secret plugin is asked, and the line in which it gives secrets, with the time until which
// they are good.
import { z } from 'zod'
import { DAY_MS } from '../duration.ts'
import { parseJson } from '../json.ts'
import { parseShape } from '../shape.ts'
import { jsonObjectShape, lineShape, timeShape } from '../shapes.ts'
import { OUTCOME_STATUSES, reasonShape, retryAfterShape, summaryShape, warningsShape } from './outcome.ts'

export const SECRET_LIMITS = {
  /** Secrets of one answer. */
  count: 256,
  /** Characters of one value. */
  valueLength: 256 * 1024,
  /** Bytes of the whole line. */
  lineBytes: 2 * 1024 * 1024,
} as const

/** Names that are those of files and, but for `.` and `-`, of variables. */
export const SECRET_NAME_PATTERN = '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$'

const MAX_LEASE_MS = 10 * 366 * DAY_MS

const leaseShape = z.strictObject({
  /** By which the plugin knows the lease when it is asked to renew it. */
  id: lineShape.min(1),
  /** How long it was good when it was given or renewed. */
  durationMs: z.int().min(0).max(MAX_LEASE_MS),
})

/** The document on standard input. */
export const secretInputShape = z.strictObject({
  v: z.literal(1),
  service: lineShape.optional(),
  /** The plugin's own arguments, secret ones too. */
  arguments: jsonObjectShape,
  /** The lease of the last answer, which the plugin renews instead of giving new secrets, if it can. */
  lease: leaseShape.optional(),
})

/** The last line of standard output. */
export const secretResultShape = z
  .object({
    v: z.literal(1),
    status: z.enum(OUTCOME_STATUSES),
    summary: summaryShape,
    /** `denied`, `absent`, `deleted`, `sealed`, `limited`, `stale`, `opened`, `unavailable`, `arguments` and whatever else a plugin tells apart. */
    reason: reasonShape.optional(),
    /** All of them, with `ok`; none where a lease was renewed. */
    secrets: z
      .record(
        z.string().regex(new RegExp(SECRET_NAME_PATTERN), 'expected 1–128 of letters, digits, `_`, `.` and `-`'),
        z.string().max(SECRET_LIMITS.valueLength),
      )
      .refine(
        (map) => Object.keys(map).length <= SECRET_LIMITS.count,
        `expected at most ${SECRET_LIMITS.count} secrets`,
      )
      .optional(),
    /** From when on they are not good any more; absent when they have no end. */
    expires: timeShape.optional(),
    /** When asking again is worth it, where they have no end. */
    refreshAfterMs: z.number().min(0).max(MAX_LEASE_MS).optional(),
    /** Whether asking with `lease` makes them last longer. */
    renewable: z.boolean().default(false),
    lease: leaseShape.optional(),
    /** The lease was renewed: the secrets are those of the answer before. */
    renewed: z.boolean().default(false),
    /** Which version of the secrets it is, where the source counts. */
    version: lineShape.optional(),
    warnings: warningsShape.optional(),
    retryAfterMs: retryAfterShape.optional(),
  })
  .refine(({ status, secrets, renewed }) => status !== 'ok' || renewed || secrets !== undefined, {
    path: ['secrets'],
    message: 'expected `secrets` with the status `ok`',
  })
  .refine(({ status, secrets }) => status === 'ok' || secrets === undefined, {
    path: ['secrets'],
    message: 'expected no `secrets` without the status `ok`',
  })

export type SecretLease = z.output<typeof leaseShape>
export type SecretResultLine = z.output<typeof secretResultShape>

/** Reads one result line; throws JSON_INVALID, LIMIT_EXCEEDED or FORMAT_INVALID, and never repeats a value. */
export function parseSecretResult(line: string, name: string): SecretResultLine {
  return parseShape(secretResultShape, parseJson(line, name, SECRET_LIMITS.lineBytes, { numbers: 'rounded' }), { name })
}
