// The life of one instance of a service, without a clock or a process: what happened gives the next state and what is to be
// done. Whatever was started belongs to a generation, and what it reports later than the next one began counts for nothing.

import type { RestartRule } from '../../../config/model/service-spec.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { shownDuration } from '../../../schemas/shown-duration.ts'
import type { ProcessIdentity } from '../../../system/process/identity.ts'
import type { End } from './end.ts'
import { endInWords } from './end.ts'
import { isStable, pauseBefore } from './pause.ts'

/** `starting`: its program may run already, and nobody knows yet as what. `pausing`: before the next try. */
export const STATES = [
  ...['stopped', 'waiting', 'preparing', 'starting', 'running', 'ending'],
  ...['pausing', 'completed', 'failed', 'gave-up'],
] as const
export type State =
  | ('stopped' | 'waiting' | 'preparing' | 'starting' | 'running' | 'ending')
  | ('pausing' | 'completed' | 'failed' | 'gave-up')

/** `none`: it has no checks. */
export type Health = 'none' | 'starting' | 'healthy' | 'unhealthy'

export type Instance = {
  readonly state: State
  readonly generation: number
  /** Somebody asked for it to run, and nobody to stop since. */
  readonly isWanted: boolean
  readonly health: Health
  /** In a row, without a time between in which it was stable. */
  readonly failures: number
  /** Before the last try. */
  readonly pauseMs: number
  readonly process?: ProcessIdentity
  readonly startedAt?: number
  readonly healthyAt?: number
  readonly endedAt?: number
  readonly end?: End
  /** When waiting or pausing ends. */
  readonly due?: number
  /** Why it is in this state, for people. */
  readonly reason?: string
  /** What follows `ending`. */
  readonly next?: 'stop' | 'again' | 'decide'
}

export type Event =
  | { readonly kind: 'start'; readonly again?: boolean }
  | { readonly kind: 'stop' }
  | ({ readonly generation: number } & Report)

/** From what was started for an instance. */
type Report =
  | { readonly kind: 'ready' | 'prepared' | 'renewed' }
  /** `behind`: which services that come first are not there yet. */
  | { readonly kind: 'due'; readonly behind?: string }
  | { readonly kind: 'delayed' | 'withheld'; readonly reason: string }
  | { readonly kind: 'blocked' | 'unprepared' | 'not-spawned'; readonly reason: string }
  | { readonly kind: 'spawned'; readonly process: ProcessIdentity }
  | { readonly kind: 'exited'; readonly end: End }
  | { readonly kind: 'emptied'; readonly survivors: readonly number[] }
  | { readonly kind: 'health'; readonly health: Health; readonly reason?: string }

export type Effect = 'prepare' | 'spawn' | 'watch-health' | 'end-processes' | 'wake'

type Step = { readonly instance: Instance; readonly effects: readonly Effect[] }

export type Setting = {
  readonly restart: RestartRule
  readonly hasHealth: boolean
  /** Milliseconds of a clock that never goes back. */
  readonly now: number
  /** From 0 to 1. */
  readonly random: number
}

/** The longest wait for services that come first. */
// allow(dead-export): the test lets this time pass, by hand
export const MAX_WAIT_MS = 5 * 60_000

export const NEW_INSTANCE: Instance = {
  state: 'stopped',
  generation: 0,
  isWanted: false,
  health: 'none',
  failures: 0,
  pauseMs: 0,
}

/** The same instance where the event means nothing to it. */
export function step(instance: Instance, event: Event, setting: Setting): Step {
  if ('generation' in event)
    return event.generation === instance.generation ? hear(instance, event, setting) : same(instance)
  switch (event.kind) {
    case 'start':
      return start(instance, event.again === true, setting)
    case 'stop':
      return stop(instance)
  }
}

/** Nothing of it runs, and nothing will before somebody asks. */
export function isAtRest({ state }: Pick<Instance, 'state'>): boolean {
  return state === 'stopped' || state === 'completed' || state === 'failed' || state === 'gave-up'
}

/** What was asked for has come, or will not. */
export function isSettled(instance: Pick<Instance, 'state' | 'health'>): boolean {
  return isAtRest(instance) || (instance.state === 'running' && instance.health !== 'starting')
}

function same(instance: Instance): Step {
  return { instance, effects: [] }
}

/** What ended well is not done again unless somebody names it. */
function start(instance: Instance, again: boolean, setting: Setting): Step {
  if (instance.state === 'ending')
    return instance.next === 'stop' ? same({ ...fresh(instance), isWanted: true, next: 'again' }) : same(instance)
  if (instance.state === 'completed' && !again) return same(instance)
  // Beside what is left of it no second one is started.
  if (instance.state === 'failed' && instance.process) return endThen({ ...fresh(instance), isWanted: true }, 'again')
  if (isAtRest(instance) || instance.state === 'pausing') return begin({ ...fresh(instance), isWanted: true }, setting)
  return same(instance)
}

/** Whoever starts it by hand starts the counting anew. */
function fresh(instance: Instance): Instance {
  return { ...instance, failures: 0, pauseMs: 0 }
}

function begin(instance: Instance, { now }: Setting): Step {
  const {
    process: _,
    startedAt: __,
    healthyAt: ___,
    endedAt: ____,
    due: _____,
    reason: ______,
    next: _______,
    ...kept
  } = instance
  return {
    instance: {
      ...kept,
      state: 'waiting',
      generation: instance.generation + 1,
      health: 'none',
      due: now + MAX_WAIT_MS,
    },
    // Whether what it waits for is there is looked at after every change.
    effects: ['wake'],
  }
}

function stop(instance: Instance): Step {
  const unwanted: Instance = { ...instance, isWanted: false }
  switch (instance.state) {
    case 'running':
    case 'starting':
      return endThen(unwanted, 'stop')
    case 'ending':
      return same({ ...unwanted, next: 'stop' })
    case 'completed':
    case 'stopped':
      return same(unwanted)
    case 'failed':
      // What did not end when it was told to is told again: it still runs.
      return instance.process ? endThen(unwanted, 'stop') : same(rest(unwanted, 'stopped'))
    default:
      // What it waits for, prepares or pauses for must not come back.
      return same(rest({ ...unwanted, generation: instance.generation + 1 }, 'stopped'))
  }
}

function endThen(instance: Instance, next: NonNullable<Instance['next']>): Step {
  return { instance: { ...instance, state: 'ending', next }, effects: ['end-processes'] }
}

function rest(instance: Instance, state: State, reason?: string): Instance {
  const { due: _, next: __, process: ___, reason: ____, ...kept } = instance
  return { ...kept, state, ...omitUndefined({ reason }) }
}

type Heard = Extract<Event, { generation: number }>

function hear(instance: Instance, event: Heard, setting: Setting): Step {
  switch (event.kind) {
    case 'ready':
      return instance.state === 'waiting' ? go(instance, 'preparing', 'prepare') : same(instance)
    case 'delayed':
      return same(isNews(instance, event.reason) ? { ...instance, reason: event.reason } : instance)
    case 'withheld':
      return instance.state === 'waiting' ? failed(instance, event.reason, setting) : same(instance)
    case 'renewed':
      return instance.state === 'running' ? endThen(instance, 'again') : same(instance)
    case 'blocked':
      return instance.state === 'waiting' ? same(rest(instance, 'failed', event.reason)) : same(instance)
    case 'prepared':
      return instance.state === 'preparing' ? go(instance, 'starting', 'spawn') : same(instance)
    case 'unprepared':
      return instance.state === 'preparing' ? failed(instance, event.reason, setting) : same(instance)
    case 'not-spawned':
      return instance.state === 'starting' ? failed(instance, event.reason, setting) : same(instance)
    case 'spawned':
      return spawned(instance, event.process, setting)
    case 'exited':
      return exited(instance, event.end, setting)
    case 'emptied':
      return instance.state === 'ending' ? emptied(instance, event.survivors, setting) : same(instance)
    case 'health':
      return same(instance.state === 'running' ? withHealth(instance, event, setting.now) : instance)
    case 'due':
      return due(instance, event.behind, setting)
  }
}

/** Each look at what it waits for may say the same again. */
function isNews({ state, reason }: Instance, next: string): boolean {
  return state === 'waiting' && reason !== next
}

function go(instance: Instance, state: State, effect: Effect): Step {
  const { due: _, reason: __, ...kept } = instance
  return { instance: { ...kept, state }, effects: [effect] }
}

/** It may have been told to stop while it was started. */
function spawned(instance: Instance, process: ProcessIdentity, { hasHealth, now }: Setting): Step {
  if (instance.state === 'ending') return { instance: { ...instance, process }, effects: [] }
  if (instance.state !== 'starting') return same(instance)
  return {
    instance: { ...instance, process, state: 'running', startedAt: now, health: hasHealth ? 'starting' : 'none' },
    effects: hasHealth ? ['watch-health'] : [],
  }
}

/** Its end is known; what it left behind is ended before anything follows. */
function exited(instance: Instance, end: End, { now }: Setting): Step {
  if (instance.state === 'ending') return same({ ...instance, end, endedAt: now })
  if (instance.state !== 'running' && instance.state !== 'starting') return same(instance)
  return endThen({ ...instance, end, endedAt: now }, 'decide')
}

function emptied(instance: Instance, survivors: readonly number[], setting: Setting): Step {
  if (survivors.length > 0)
    return same({
      ...rest(
        instance,
        'failed',
        `does not end: ${survivors.length > 1 ? 'processes' : 'process'} ${survivors.join(', ')}`,
      ),
      ...(instance.process ? { process: instance.process } : {}),
    })
  if (instance.next === 'stop') return same(rest(instance, 'stopped'))
  if (instance.next === 'again') return begin(instance, setting)
  return decide(instance, setting)
}

function decide(instance: Instance, setting: Setting): Step {
  const { end = { kind: 'unknown' } } = instance
  const { policy } = setting.restart
  const isSuccess = end.kind === 'code' && end.code === 0
  if (isSuccess && (policy === 'no' || policy === 'on-failure')) return same(rest(instance, 'completed'))
  return failed(instance, endInWords(end), setting)
}

/** Every cause counts: what fails before it is started would otherwise be tried without an end, too. */
function failed(instance: Instance, reason: string, { restart, now, random }: Setting): Step {
  if (restart.policy === 'no') return same(rest(instance, 'failed', reason))
  const failures = isStable(instance) ? 1 : instance.failures + 1
  if (restart.maxAttempts !== undefined && failures > restart.maxAttempts)
    return same(rest({ ...instance, failures }, 'gave-up', `${reason}, and failed ${failures} times in a row`))
  const pauseMs = pauseBefore(failures, random)
  return {
    instance: { ...rest({ ...instance, failures, pauseMs }, 'pausing', reason), due: now + pauseMs },
    effects: ['wake'],
  }
}

function withHealth(instance: Instance, { health, reason }: Extract<Heard, { kind: 'health' }>, now: number): Instance {
  const { healthyAt, reason: _, ...kept } = instance
  return {
    ...kept,
    health,
    ...(health === 'healthy' ? { healthyAt: healthyAt ?? now } : {}),
    ...omitUndefined({ reason }),
  }
}

function due(instance: Instance, behind: string | undefined, setting: Setting): Step {
  if (instance.due === undefined || setting.now < instance.due) return same(instance)
  if (instance.state === 'pausing') return begin(instance, setting)
  if (instance.state !== 'waiting') return same(instance)
  const waited = `waited ${shownDuration(MAX_WAIT_MS)}`
  // Whoever holds its secrets may be there later; a service that comes first would have to be started first.
  if (behind !== undefined) return same(rest(instance, 'failed', `${waited}: ${behind}`))
  return failed(instance, `${waited}: ${instance.reason ?? 'its secrets have not come'}`, setting)
}
