// The life of a service plugin, without a clock or a process: what happened gives the next state and what is to be done. It is
// started by the first call that needs it, may leave when nobody does, and is left alone for a while when it fails again and
// again without having answered anything. What an instance reports later than the next one was started counts for nothing.

/** `backing-off`: the next call waits a moment. `broken`: calls are refused until a longer time is over. */
export type State = 'stopped' | 'starting' | 'ready' | 'draining' | 'stopping' | 'backing-off' | 'broken'

export type Life = {
  readonly state: State
  /** Counts the instances. */
  readonly generation: number
  /** Under way. */
  readonly calls: number
  /** Calls wait for it to be ready. */
  readonly isWanted: boolean
  /** Nothing is started any more. */
  readonly isClosed: boolean
  /** When it failed of late, since it last answered. */
  readonly failures: readonly number[]
  /** It was broken, and nobody has seen it end well since. */
  readonly isOnTrial: boolean
  /** The instance has done what it was asked for. */
  readonly hasAnswered: boolean
  /** Before the last try. */
  readonly pauseMs: number
  readonly readyAt?: number | undefined
  /** When draining, backing off or being broken ends. */
  readonly due?: number | undefined
  /** Why it failed last. */
  readonly reason?: string | undefined
}

export type Event =
  /** A call needs it. */
  | { readonly kind: 'wanted' }
  /** Nobody has asked it anything for long. */
  | { readonly kind: 'retire' }
  /** Nobody will ask it anything any more. */
  | { readonly kind: 'close' }
  | { readonly kind: 'due' }
  | ({ readonly generation: number } & Report)

/** From an instance, or about a call to it. */
type Report =
  | { readonly kind: 'ready' | 'began' }
  /** `isAnswered`: it did what it was asked for. */
  | { readonly kind: 'ended'; readonly isAnswered: boolean }
  /** It never came up. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** It was up. `isClean`: it left by itself, as it may. */
  | { readonly kind: 'exited'; readonly isClean: boolean; readonly reason: string }

/**
 * For the calls that wait: `serve`, `refuse` with why it failed, `turn-away` without trying. `end` asks the instance to go, and
 * makes it.
 */
export type Effect = 'start' | 'serve' | 'refuse' | 'turn-away' | 'end' | 'wake'

type Step = { readonly life: Life; readonly effects: readonly Effect[] }

type Setting = {
  /** Milliseconds of a clock that never goes back. */
  readonly now: number
  readonly drainMs: number
  /** So long without anything to do, and an instance may leave. */
  readonly idleMs: number
}

export const NEW_LIFE: Life = {
  state: 'stopped',
  generation: 0,
  calls: 0,
  isWanted: false,
  isClosed: false,
  failures: [],
  isOnTrial: false,
  hasAnswered: false,
  pauseMs: 0,
}

/** So many failures within this time, and it is broken. */
// allow(dead-export): the test fails so often
export const MAX_FAILURES = 3
// allow(dead-export): the test lets this time pass, by hand
export const FAILURE_WINDOW_MS = 60_000
const FIRST_PAUSE_MS = 100
const FIRST_BREAK_MS = 1000
// allow(dead-export): the test doubles up to it
export const LONGEST_BREAK_MS = 60_000

/** The same life where the event means nothing to it. */
export function step(life: Life, event: Event, setting: Setting): Step {
  if ('generation' in event) return event.generation === life.generation ? hear(life, event, setting) : same(life)
  switch (event.kind) {
    case 'wanted':
      return want(life)
    case 'due':
      return wakeUp(life, setting)
    case 'retire':
      return life.state === 'ready' && life.calls === 0 ? end(life) : same(life)
    case 'close':
      return close({ ...life, isClosed: true }, setting)
  }
}

/** Nothing of it runs, and nothing will before somebody asks. */
export function isAtRest({ state, isWanted }: Life): boolean {
  return !isWanted && (state === 'stopped' || state === 'backing-off' || state === 'broken')
}

function same(life: Life): Step {
  return { life, effects: [] }
}

function want(life: Life): Step {
  const wanted: Life = { ...life, isWanted: true }
  if (life.isClosed || life.state === 'broken') return { life, effects: ['turn-away'] }
  if (life.state === 'stopped') return start(wanted)
  if (life.state === 'ready') return { life, effects: ['serve'] }
  // It is on its way, or will be when what was before it is gone.
  return same(wanted)
}

function start(life: Life): Step {
  const { due: _, readyAt: __, ...kept } = life
  return {
    life: { ...kept, state: 'starting', generation: life.generation + 1, calls: 0, hasAnswered: false },
    effects: ['start'],
  }
}

function hear(life: Life, report: Report, setting: Setting): Step {
  switch (report.kind) {
    case 'ready':
      return getReady(life, setting)
    case 'began':
      return same({ ...life, calls: life.calls + 1 })
    case 'ended':
      return endCall(report.isAnswered ? { ...trusted(life), hasAnswered: true } : life)
    case 'failed':
      if (life.state === 'stopping') return rest(life)
      return life.state === 'starting' ? fail(life, report.reason, setting) : same(life)
    case 'exited':
      return leave(life, report, setting)
  }
}

/** One that was told to end before it was up has to be told again. */
function getReady(life: Life, { now }: Setting): Step {
  if (life.state === 'stopping') return { life, effects: ['end'] }
  if (life.state !== 'starting') return same(life)
  return { life: { ...life, state: 'ready', isWanted: false, readyAt: now }, effects: ['serve'] }
}

function endCall(life: Life): Step {
  const rested = { ...life, calls: Math.max(0, life.calls - 1) }
  return life.state === 'draining' && rested.calls === 0 ? end(rested) : same(rested)
}

/**
 * What it failed at before does not count any more: one that does its work, and is then killed by somebody, is not one that cannot
 * be started.
 */
function trusted(life: Life): Life {
  return { ...life, failures: [], isOnTrial: false, pauseMs: 0 }
}

function end(life: Life): Step {
  const { due: _, ...kept } = life
  return { life: { ...kept, state: 'stopping' }, effects: ['end'] }
}

function leave(life: Life, { isClean, reason }: Report & { kind: 'exited' }, setting: Setting): Step {
  if (life.state === 'stopping' || life.state === 'draining') return rest(life)
  if (life.state !== 'ready') return same(life)
  // One that leaves in the middle of a call has not done what it was asked for, and one that does at once, nothing at all.
  if (isClean && life.calls === 0 && !isEarly(life, setting)) return rest({ ...trusted(life), reason: undefined })
  const wasStable = life.readyAt !== undefined && setting.now - life.readyAt >= FAILURE_WINDOW_MS
  return fail(wasStable ? trusted(life) : life, reason, setting)
}

/** Nobody has asked it anything, and its idle time is far from over. */
function isEarly({ hasAnswered, readyAt = 0 }: Life, { now, idleMs }: Setting): boolean {
  return !hasAnswered && now - readyAt < idleMs / 2
}

/** Gone, as it was told to, or as it may. */
function rest(life: Life): Step {
  const { due: _, readyAt: __, ...kept } = life
  const stopped: Life = { ...kept, state: 'stopped', calls: 0 }
  return stopped.isWanted && !stopped.isClosed ? start(stopped) : same(stopped)
}

function fail(life: Life, reason: string, { now }: Setting): Step {
  const failures = [...life.failures.filter((at) => now - at < FAILURE_WINDOW_MS), now].slice(-MAX_FAILURES)
  const isBroken = life.isOnTrial || failures.length >= MAX_FAILURES
  const pauseMs = isBroken ? breakAfter(life.pauseMs) : FIRST_PAUSE_MS * 2 ** (failures.length - 1)
  const { readyAt: _, ...kept } = life
  return {
    life: {
      ...kept,
      state: isBroken ? 'broken' : 'backing-off',
      calls: 0,
      isWanted: false,
      isOnTrial: isBroken,
      failures,
      pauseMs,
      due: now + pauseMs,
      reason,
    },
    effects: ['refuse', 'wake'],
  }
}

function breakAfter(pauseMs: number): number {
  return Math.min(LONGEST_BREAK_MS, Math.max(FIRST_BREAK_MS, pauseMs * 2))
}

function wakeUp(life: Life, { now }: Setting): Step {
  if (life.due === undefined) return same(life)
  if (now < life.due) return { life, effects: ['wake'] }
  if (life.state === 'draining') return end(life)
  return rest(life)
}

function close(life: Life, { now, drainMs }: Setting): Step {
  const refused: Life = { ...life, isWanted: false }
  switch (life.state) {
    case 'ready':
      if (life.calls === 0) return end(refused)
      return { life: { ...refused, state: 'draining', due: now + drainMs }, effects: ['wake'] }
    case 'starting':
      return { life: { ...refused, state: 'stopping' }, effects: ['turn-away', 'end'] }
    case 'backing-off':
    case 'broken':
      return { life: { ...refused, state: 'stopped', due: undefined }, effects: ['turn-away'] }
    default:
      return { life: refused, effects: life.isWanted ? ['turn-away'] : [] }
  }
}
