// What is kept of what happened and of who was told: plain data, which the next supervisor goes on from.
import { z } from 'zod'
import { SEVERITIES } from '../../config/model/notifier-config.ts'
import { CHECK_STATUSES } from '../../schemas/check-result.ts'
import { NOTIFICATION_KINDS, notificationShape } from '../../schemas/contract/notification.ts'

const kindShape = z.enum(NOTIFICATION_KINDS)
const aboutShape = z.object({
  service: z.string().optional(),
  instance: z.string().optional(),
  check: z.string().optional(),
})

/** Something that those may want to hear who asked for its kind. */
const newsShape = aboutShape.extend({
  kind: kindShape,
  severity: z.enum(SEVERITIES),
  status: z.enum(CHECK_STATUSES).optional(),
  message: z.string(),
  since: z.string(),
  at: z.string(),
  /** The notification that told first of the same problem. */
  first: z.string().optional(),
})

const subjectShape = z.object({
  about: aboutShape,
  problem: z
    .object({
      kind: kindShape,
      severity: z.enum(SEVERITIES),
      status: z.enum(CHECK_STATUSES).optional(),
      since: z.string(),
    })
    .optional(),
  /** When it counts as well, unless something else is told of it before. */
  well: z.object({ at: z.number(), message: z.string() }).optional(),
  /** When it became a problem, of the last while. */
  openings: z.array(z.number()),
  /** It changes again and again; until then it has to stay one way before anything is told of it. */
  calmAt: z.number().optional(),
})

const outletShape = z.object({
  /** Problems that it was told of, or will be with what waits, by name, each with the notification that did so first. */
  told: z.record(z.string(), z.object({ first: z.string().optional() })),
  waiting: z.object({ dueAt: z.number(), count: z.number(), news: z.array(newsShape) }).optional(),
  /** One at a time. It is the same until it is delivered or given up. */
  sending: z
    .object({
      notification: notificationShape,
      tries: z.number(),
      firstAt: z.number(),
      dueAt: z.number(),
      isUnderWay: z.boolean(),
      /** Events that could not be told before, of which it says so. */
      saysLost: z.number(),
    })
    .optional(),
  /** When the last messages began. */
  began: z.array(z.number()),
  delivered: z.number(),
  /** Events that nobody was told of. */
  lost: z.number(),
  /** Those of them of which no message says it. */
  unsaidLost: z.number(),
  /** Why the last try did not succeed. */
  trouble: z.string().optional(),
})

export const stateShape = z.object({
  v: z.literal(1),
  seed: z.string(),
  next: z.number(),
  subjects: z.record(z.string(), subjectShape),
  outlets: z.record(z.string(), outletShape),
})

type Plain<Shape extends z.ZodType> = z.output<Shape>
export type News = Readonly<Plain<typeof newsShape>>
export type Subject = Readonly<Plain<typeof subjectShape>>
export type Outlet = Readonly<Plain<typeof outletShape>>
export type State = Readonly<Plain<typeof stateShape>>
export type Subjects = Readonly<Record<string, Subject>>

export const NEW_OUTLET: Outlet = { told: {}, began: [], delivered: 0, lost: 0, unsaidLost: 0 }

/** `seed`: what tells its notifications from those of any other. */
export function newState(seed: string): State {
  return { v: 1, seed, next: 1, subjects: {}, outlets: {} }
}
