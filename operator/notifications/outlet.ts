// One notifier: what it is to tell, what waits to become one message, the message that is on its way, and how often it may.
// Pure. One message is on its way at a time: while it cannot be delivered the others become one, so that nothing grows.

import type { NotifierConfig } from '../../config/model/notifier-config.ts'
import { SEVERITIES } from '../../config/model/notifier-config.ts'
import { HOUR_MS } from '../../schemas/duration.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable } from '../../schemas/quote.ts'
import { shownSeconds } from '../../schemas/shown-duration.ts'
import type { Facts } from './compose.ts'
import { composeNotification } from './compose.ts'
import { nameOf } from './happening.ts'
import type { Time } from './problems.ts'
import type { News, Outlet } from './state.ts'

export type Rule = Pick<
  NotifierConfig,
  'name' | 'services' | 'events' | 'severity' | 'groupMs' | 'limit' | 'subject' | 'body'
>

/** What a try came to. */
export type Answered = {
  readonly status: 'ok' | 'retry' | 'failed'
  readonly summary: string
  readonly retryAfterMs?: number
}

/** Before the second try, doubled up to the longest; a message is tried for so long, and then given up. */
// allow(dead-export): the test lets this time pass, by hand
export const RETRY = { firstMs: 5000, longestMs: 5 * 60_000, giveUpMs: HOUR_MS }
/** Of one message, with all that they say; more are counted. */
const MAX_NEWS = 50
const NEVER = Number.POSITIVE_INFINITY

export function take(outlet: Outlet, news: News, { rule, now }: { readonly rule: Rule; readonly now: number }): Outlet {
  const name = nameOf(news)
  const before = outlet.told[name]
  if (news.kind === 'resolved') {
    if (!before) return outlet
    const { [name]: _, ...told } = outlet.told
    const solved = { ...outlet, told }
    return isKind(rule, 'resolved') ? wait(solved, { ...news, ...before }, rule.groupMs + now) : solved
  }
  if (!isWanted(rule, news)) return outlet
  const isProblem = news.kind !== 'started' && news.kind !== 'stopped'
  const told = isProblem ? { ...outlet.told, [name]: before ?? {} } : outlet.told
  return wait({ ...outlet, told }, { ...news, ...(isProblem ? before : {}) }, rule.groupMs + now)
}

function isWanted(rule: Rule, { kind, severity, service }: News): boolean {
  const isSevere = SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(rule.severity)
  return isSevere && isKind(rule, kind) && (rule.services?.includes(service ?? '') ?? true)
}

function isKind({ events }: Rule, kind: News['kind']): boolean {
  return events?.includes(kind) ?? true
}

function wait(outlet: Outlet, news: News, dueAt: number): Outlet {
  const { waiting = { dueAt, count: 0, news: [] } } = outlet
  return {
    ...outlet,
    waiting: { ...waiting, count: waiting.count + 1, news: [...waiting.news, news].slice(-MAX_NEWS) },
  }
}

type Advance = Facts & { readonly rule: Rule; readonly time: Time; readonly id: string }

type Advanced = { readonly outlet: Outlet; readonly deliver: boolean; readonly problem?: string }

/** Begins what is due; `id` is for a new message. */
export function advance(outlet: Outlet, { rule, time, id, project, host, next }: Advance): Advanced {
  const { sending, waiting } = outlet
  const { now } = time
  if (sending) {
    if (sending.isUnderWay || sending.dueAt > now) return { outlet, deliver: false }
    return { outlet: { ...outlet, sending: { ...sending, isUnderWay: true } }, deliver: true }
  }
  if (!waiting || dueOf(outlet, rule) > now) return { outlet, deliver: false }
  const { waiting: _, ...rest } = outlet
  const { news, count } = waiting
  const lost = outlet.unsaidLost
  const { notification, problem } = composeNotification({
    id,
    at: time.at,
    news,
    count,
    lost,
    project,
    host,
    templates: rule,
    ...(next ? { next } : {}),
  })
  return {
    deliver: true,
    outlet: {
      ...rest,
      told: withFirst(outlet.told, news, id),
      began: [...outlet.began.filter((at) => at > now - rule.limit.perMs), now],
      sending: { notification, tries: 0, firstAt: now, dueAt: now, isUnderWay: true, saysLost: lost },
    },
    ...omitUndefined({ problem }),
  }
}

/** What tells of a problem for the first time is what later ones follow. */
function withFirst(told: Outlet['told'], news: readonly News[], id: string): Outlet['told'] {
  const names = new Set(news.map(nameOf))
  return Object.fromEntries(
    Object.entries(told).map(([name, { first }]) => {
      const known = first ?? (names.has(name) ? id : undefined)
      return [name, omitUndefined({ first: known })]
    }),
  )
}

/** When `advance` has something to do. */
export function dueOf({ sending, waiting, began }: Outlet, { limit }: Rule): number {
  if (sending) return sending.isUnderWay ? NEVER : sending.dueAt
  if (!waiting) return NEVER
  // The oldest of those that fill the limit makes room when it is old enough.
  const filling = began.at(-limit.count)
  return filling === undefined ? waiting.dueAt : Math.max(waiting.dueAt, filling + limit.perMs)
}

/** What a try came to, and a sentence where somebody should know. */
export function answered(
  outlet: Outlet,
  { status, summary, retryAfterMs = 0 }: Answered,
  now: number,
): { readonly outlet: Outlet; readonly say?: string } {
  const { sending, trouble: before, ...rest } = outlet
  if (!sending?.isUnderWay) return { outlet }
  const { notification, saysLost } = sending
  const tries = sending.tries + 1
  const { count } = notification
  const trouble = printable(summary, 300)
  if (status === 'ok') {
    const told = { delivered: rest.delivered + 1, unsaidLost: rest.unsaidLost - saysLost }
    const note = before === undefined ? {} : { say: `delivers again, after: ${before}` }
    return { outlet: { ...rest, ...told }, ...note }
  }
  const dueAt = now + Math.max(pauseAfter(tries), retryAfterMs)
  if (status === 'failed' || dueAt - sending.firstAt > RETRY.giveUpMs) {
    const lost = { lost: rest.lost + count, unsaidLost: rest.unsaidLost + count }
    const words = `${count} ${count === 1 ? 'event' : 'events'} could not be told, after ${tries} ${tries === 1 ? 'try' : 'tries'}: ${trouble}`
    return { outlet: { ...rest, ...lost, trouble }, say: words }
  }
  return {
    outlet: { ...rest, trouble, sending: { ...sending, tries, dueAt, isUnderWay: false } },
    say: `is tried again in ${shownSeconds(dueAt - now)}: ${trouble}`,
  }
}

function pauseAfter(tries: number): number {
  return Math.min(RETRY.longestMs, RETRY.firstMs * 2 ** (tries - 1))
}

/** Does not wait any longer for what else may happen, nor for the time of the next try. */
export function hurry(outlet: Outlet, now: number): Outlet {
  const { waiting, sending } = outlet
  if (!waiting && !sending) return outlet
  return {
    ...outlet,
    ...(waiting ? { waiting: { ...waiting, dueAt: Math.min(waiting.dueAt, now) } } : {}),
    ...(sending ? { sending: { ...sending, dueAt: Math.min(sending.dueAt, now) } } : {}),
  }
}

/** As it is found: nobody is at it, and no clock that was set back keeps it waiting. */
export function foundAgain(outlet: Outlet, now: number): Outlet {
  const { sending, waiting } = outlet
  return {
    ...outlet,
    began: outlet.began.filter((at) => at <= now),
    ...(waiting ? { waiting: { ...waiting, dueAt: Math.min(waiting.dueAt, now) } } : {}),
    ...(sending
      ? { sending: { ...sending, dueAt: now, firstAt: Math.min(sending.firstAt, now), isUnderWay: false } }
      : {}),
  }
}
