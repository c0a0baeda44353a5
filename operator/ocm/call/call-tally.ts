// How calls to a plugin went: how many there were, how long they took, and by which codes they failed.
import { z } from 'zod'

const count = z.int().nonnegative()

const tallyShape = z.object({
  calls: count,
  /** Of all calls together. */
  seconds: z.number().nonnegative(),
  /** By code; a call that the plugin refused is one, too. */
  errors: z.record(z.string(), count),
  /** Instances that came up, and that did not. */
  starts: count,
  failedStarts: count,
})

export type CallTally = z.output<typeof tallyShape>

/** One that is over. */
export type CallOutcome = { readonly seconds: number; readonly code?: string | undefined }

export const NO_CALLS: CallTally = { calls: 0, seconds: 0, errors: {}, starts: 0, failedStarts: 0 }

export function withCall(tally: CallTally, { seconds, code }: CallOutcome): CallTally {
  return sum(tally, { ...NO_CALLS, calls: 1, seconds, errors: code === undefined ? {} : { [code]: 1 } })
}

export function sum(one: CallTally, other: CallTally): CallTally {
  const errors = { ...one.errors }
  for (const [code, found] of Object.entries(other.errors)) errors[code] = (errors[code] ?? 0) + found
  return {
    calls: one.calls + other.calls,
    seconds: one.seconds + other.seconds,
    errors,
    starts: one.starts + other.starts,
    failedStarts: one.failedStarts + other.failedStarts,
  }
}

/** Nothing where it cannot be read: it is only shown. */
export function parseTally(text: string | undefined): CallTally {
  try {
    const found: unknown = JSON.parse(text ?? '')
    // Of an octo that counted nothing else.
    if (typeof found === 'number') return { ...NO_CALLS, calls: count.parse(found) }
    return tallyShape.parse(found)
  } catch {
    return NO_CALLS
  }
}
