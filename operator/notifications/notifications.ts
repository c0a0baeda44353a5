// Tells people of what happens: takes what is told by those who watch, at any time and at once, and sends it in the background.
// Nobody waits for a notifier, and nothing that one does is more than a warning.
import { hostname } from 'node:os'
import type { Notification } from '../../schemas/contract/notification.ts'
import { LONGEST_TIMER_MS } from '../../schemas/duration.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable, quote } from '../../schemas/quote.ts'
import type { Facts } from './compose.ts'
import type { About, Happening } from './happening.ts'
import { openKeeper, readState } from './keep.ts'
import type { Answered } from './outlet.ts'
import type { Notifier, Send, Telling } from './send.ts'
import type { Outlet } from './state.ts'
import type { Effect, Event } from './step.ts'
import { asFound, dueOf, step } from './step.ts'

export type NotifierStatus = {
  readonly notifier: string
  /** Messages that were delivered. */
  readonly delivered: number
  /** Events that wait to be told, or are tried again. */
  readonly waiting: number
  /** Events that could not be told. */
  readonly lost: number
  /** Why the last try did not succeed; absent when it did. */
  readonly trouble?: string
}

type Used = Telling & { readonly send: Send }

export type Notifications = Disposable & {
  /** Never throws and never waits. */
  tell(happening: Happening): void
  /** From now on these are told, by `send`; what was told before the first of them is told to these. */
  use(used: Used): void
  /** What was wrong with these is over: nobody looks at them any more. */
  retire(isGone: (about: About) => boolean): void
  status(): readonly NotifierStatus[]
  /** Sends what waits without waiting for more; resolves when nothing can be done at once any more, or the time is over. */
  drain(timeoutMs: number): Promise<void>
}

type NotificationsDeps = {
  /** The file that keeps what was not told yet. */
  readonly path: string
  readonly log: (line: string) => void
  /** The command lines that show more. */
  readonly next?: Facts['next']
  /** That a notifier does not deliver, or does again. */
  readonly onTrouble?: (notifier: string, text: string) => void
  /** Of a clock that does not go back while the process lives, near to the time of day. */
  readonly now?: () => number
}

/** What may be told before the config is read. */
const MAX_UNREAD = 1000

export function openNotifications({ path, log, next, onTrouble, now = steadyNow }: NotificationsDeps): Notifications {
  let project = ''
  const host = hostname() || 'unknown'
  const found = readState(path)
  let state = asFound(found.state, now())
  const keeper = openKeeper(path, say)
  const underWay = new Map<string, AbortController>()
  const drained = new Set<() => void>()
  const unread: Event[] = []
  let unreadLost = 0
  let notifiers: ReadonlyMap<string, Notifier> | undefined
  let send: Send | undefined
  let alarm: NodeJS.Timeout | undefined
  let isClosed = false
  if (found.problem !== undefined) say(found.problem)

  function say(text: string): void {
    log(`notifications: ${printable(text, 1000)}`)
  }

  const rules = () => [...(notifiers ?? new Map<string, Notifier>()).values()].map(({ config }) => config)

  function take(event: Event): void {
    if (isClosed) return
    try {
      const moment = now()
      const time = { now: moment, at: new Date(moment).toISOString() }
      const stepped = step(state, event, { project, host, next, rules: rules(), time })
      const isNew = stepped.state !== state
      state = stepped.state
      const kept = isNew ? keeper.keep(state) : Promise.resolve()
      for (const effect of stepped.effects) perform(effect, kept)
    } catch (error) {
      say(`octo failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
    wake()
    for (const look of [...drained]) look()
  }

  function perform(effect: Effect, kept: Promise<void>): void {
    const { outlet } = effect
    if (effect.kind === 'say') {
      log(`notifier ${quote(outlet)} ${printable(effect.text, 1000)}`)
      onTrouble?.(outlet, effect.text)
      return
    }
    const { notification } = effect
    const abort = new AbortController()
    underWay.set(outlet, abort)
    void kept
      .then(() => deliver(outlet, notification, abort.signal))
      .catch((error: unknown): Answered => ({ status: 'retry', summary: `octo failed: ${String(error)}` }))
      .then((answer) => {
        underWay.delete(outlet)
        take({ kind: 'answered', outlet, id: notification.id, answer })
      })
  }

  async function deliver(outlet: string, notification: Notification, signal: AbortSignal): Promise<Answered> {
    const notifier = notifiers?.get(outlet)
    if (!notifier || !send) return { status: 'failed', summary: 'it is no part of the config any more' }
    return await send(notifier, notification, signal)
  }

  function wake(): void {
    clearTimeout(alarm)
    const dueAt = dueOf(state, rules())
    if (isClosed || !Number.isFinite(dueAt)) return
    alarm = setTimeout(
      () => take({ kind: 'looked' }),
      Math.min(Math.max(0, Math.ceil(dueAt - now())), LONGEST_TIMER_MS),
    )
    alarm.unref()
  }

  function isIdle(): boolean {
    return underWay.size === 0
  }

  return {
    tell(happening) {
      const event: Event = { kind: 'happened', happening }
      if (notifiers) take(event)
      else if (unread.length < MAX_UNREAD) unread.push(event)
      else unreadLost++
    },
    use(used) {
      notifiers = new Map(used.notifiers.map((notifier) => [notifier.config.name, notifier]))
      send = used.send
      project = printable(used.project, 200)
      forget()
      for (const event of unread.splice(0)) take(event)
      if (unreadLost > 0) say(`${unreadLost} events were told before the config was read, and are lost`)
      unreadLost = 0
      take({ kind: 'looked' })
    },
    retire(isGone) {
      const gone = Object.values(state.subjects).filter(({ about, problem }) => problem && isGone(about))
      for (const { about } of gone)
        take({ kind: 'happened', happening: { ...about, kind: 'well', message: 'is not checked any more' } })
    },
    status: () =>
      [...(notifiers?.values() ?? [])].map(({ config, plugin }) => ({
        ...statusOf(config.name, state.outlets[config.name]),
        ...(plugin instanceof Error ? { trouble: plugin.message } : {}),
      })),
    async drain(timeoutMs) {
      take({ kind: 'hurried' })
      if (!isIdle()) await idleWithin(timeoutMs)
      await keeper.keep(state)
    },
    [Symbol.dispose]() {
      isClosed = true
      clearTimeout(alarm)
      for (const abort of underWay.values()) abort.abort()
    },
  }

  function idleWithin(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        drained.delete(look)
        resolve()
      }
      const look = () => (isIdle() ? end() : undefined)
      const timer = setTimeout(end, timeoutMs)
      drained.add(look)
    })
  }

  /** Of notifiers that the config does not name any more. */
  function forget(): void {
    const gone = Object.entries(state.outlets).filter(([name]) => !notifiers?.has(name))
    if (gone.length === 0) return
    for (const [name, outlet] of gone) {
      underWay.get(name)?.abort()
      const { waiting } = statusOf(name, outlet)
      if (waiting > 0) log(`notifier ${quote(name)} is no part of the config any more: ${waiting} events are not told`)
    }
    const kept = Object.entries(state.outlets).filter(([name]) => notifiers?.has(name))
    state = { ...state, outlets: Object.fromEntries(kept) }
    void keeper.keep(state)
  }
}

function statusOf(notifier: string, outlet: Outlet | undefined): NotifierStatus {
  const { delivered = 0, lost = 0, trouble, waiting, sending } = outlet ?? {}
  const count = (waiting?.count ?? 0) + (sending?.notification.count ?? 0)
  return { notifier, delivered, waiting: count, lost, ...omitUndefined({ trouble }) }
}

const STARTED_AT = Date.now() - performance.now()

/** A clock that is set back would keep everything waiting. */
function steadyNow(): number {
  return Math.round(STARTED_AT + performance.now())
}
