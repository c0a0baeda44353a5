// The life of a supervisor: takes the lock before it touches anything, finds what another one left, listens, and ends when nothing
// of the project runs any more. Killed, it leaves everything as it is.
import { setTimeout as pause } from 'node:timers/promises'
import { coded, firstFailure } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { withoutMemoryInCores } from '../../system/process/core-files.ts'
import { MARK } from '../../system/process/mark.ts'
import { lockFile } from '../../system/process-lock.ts'
import { rotated } from '../logs/rotate-log.ts'
import { renderExposition } from '../metrics/exposition.ts'
import { commandsOfServices } from '../notifications/next-commands.ts'
import type { Notifications, NotifierStatus } from '../notifications/notifications.ts'
import { openNotifications } from '../notifications/notifications.ts'
import type { Changes } from './changes.ts'
import { openControl } from './control/control.ts'
import type { Answer, BeginRequest, InstanceStatus, ProjectStatus, Request } from './control/protocol.ts'
import type { EventLog } from './events/event-log.ts'
import { openEventLog } from './events/event-log.ts'
import { openJournal, readJournal } from './journal/journal.ts'
import { isAtRest } from './life/lifecycle.ts'
import type { Endpoint } from './metrics/endpoint.ts'
import { openEndpoint } from './metrics/endpoint.ts'
import { familiesOf } from './metrics/families.ts'
import type { ProjectMetrics } from './metrics/snapshot.ts'
import { supervisorOf } from './project/control-file.ts'
import { endLeftBehind, noteNoneLeft } from './project/left-behind.ts'
import { makeMarkKey } from './project/marks.ts'
import type { Places } from './project/places.ts'
import { makePlaces } from './project/places.ts'
import type { ConfigCall } from './specs/config-call.ts'
import type { Loaded } from './specs/loaded-services.ts'
import { requireSupervisable } from './supervisable.ts'
import type { Supervisor } from './supervisor.ts'
import { openSupervisor } from './supervisor.ts'

const MOST_OF_NOBODY_MS = 1000
const LOOK_MS = 5
/** Who was kept from looking itself has not waited. */
const FEWEST_LOOKS = 10

type Environment = Readonly<Record<string, string | undefined>>

export type Project = { readonly places: Places; readonly configPath: string; readonly env: Environment }

type Supervised = {
  readonly supervisor: Supervisor
  readonly notifications: Notifications
  readonly events: EventLog
  readonly endpoint: Endpoint
  readonly project: Project
}

/** Throws SUPERVISOR_BUSY while another process supervises the project. */
export async function takeProject(
  project: Project,
  log: (line: string) => void,
): Promise<Supervised & AsyncDisposable> {
  const { places, configPath } = project
  requireSupervisable()
  makePlaces(places)
  const lock = await takeLockOf(places)
  try {
    makeMarkKey(places)
    await endLeftBehind(places)
    const known = readJournal(places.journal)
    const env = { ...project.env, [MARK]: undefined }
    const journal = await openJournal(places.journal, known)
    const cores = withoutMemoryInCores()
    const events = openEventLog(places.events)
    const { pid } = process
    events.write({ kind: 'supervisor-started', message: `process ${pid} supervises`, pid })
    const notifications = openNotifications({
      path: places.notifications,
      log,
      next: commandsOfServices(configPath),
      onTrouble: (notifier, message) => events.write({ kind: 'notifier', notifier, message }),
    })
    const supervisor = openSupervisor({
      cores,
      places,
      configPath,
      env,
      known,
      journal,
      log,
      notifications,
      events,
      now: sinceBoot,
      random: Math.random,
    })
    const render = () => renderExposition(familiesOf(projectMetrics({ supervisor, notifications, events, project })))
    const endpoint = openEndpoint({ render, log })
    return {
      supervisor,
      notifications,
      events,
      endpoint,
      project,
      async [Symbol.asyncDispose]() {
        await endpoint[Symbol.asyncDispose]()
        supervisor[Symbol.dispose]()
        cores[Symbol.dispose]()
        await rotated()
        notifications[Symbol.dispose]()
        events.write({ kind: 'supervisor-ended', message: `process ${pid} does not supervise any more`, pid })
        events[Symbol.dispose]()
        noteNoneLeft(places)
        lock[Symbol.dispose]()
      },
    }
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

/**
 * One that was killed is dead before all of its threads are, and holds its lock until then; one that begins has it before it says where it
 * listens. So a lock of nobody is waited for a moment.
 */
async function takeLockOf(places: Places): Promise<Disposable> {
  const startedAt = performance.now()
  for (let looks = 1; ; looks++) {
    const lock = lockFile(places.lock, 'exclusive')
    if (lock) return lock
    const isOver = looks >= FEWEST_LOOKS && performance.now() - startedAt > MOST_OF_NOBODY_MS
    if (supervisorOf(places) || isOver) throw busy(places)
    await pause(LOOK_MS)
  }
}

function busy(places: Places): Error {
  const pid = supervisorOf(places)?.pid
  return coded('SUPERVISOR_BUSY', {
    message: `the services of this config are supervised by ${pid === undefined ? 'another process' : `process ${pid}`} already`,
    details: omitUndefined({ pid }),
    hint: 'ask it: `octo status`',
  })
}

/** Of a clock that never goes back, and is the same for all processes of this boot. */
export function sinceBoot(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}

type Serving = {
  readonly load: (names: readonly string[], call?: ConfigCall) => Promise<Loaded>
  /** Reads the config once for all services that another supervisor left running, and that nobody asked for. */
  readonly openOthers: () => Promise<Others>
  /** What it is started for: to start services, or to apply changes. */
  readonly begin: BeginRequest
  /** Aborted, it stops all services and ends. */
  readonly signal: AbortSignal
  /** After each of them, when all has come up that will. */
  readonly onBegun?: (() => void) | undefined
}

export type Others = AsyncDisposable & {
  /** Of one of them: what cannot be had for it keeps none of the others. */
  readonly load: (service: string) => Promise<Loaded>
}

/** How long a supervisor that has nothing to run any more stays for what it has to tell; the next one tells the rest. */
const DRAIN_MS = 5000

/** Starts the services, answers requests, and returns when all are at rest. */
export async function serve(supervised: Supervised, { load, openOthers, begin, signal, onBegun }: Serving) {
  const { supervisor, notifications, project } = supervised
  const open = new Set<Promise<unknown>>()
  const during = <Result>(work: Promise<Result>): Promise<Result> => {
    const done = work.finally(() => open.delete(done))
    open.add(done)
    return done
  }
  const onAbort = () => void during(supervisor.stop([]))
  signal.addEventListener('abort', onAbort, { once: true })
  const loading = during(load(begin.services))
  const first = during(loading.then((loaded) => perform(begin, loaded, supervised)).then(onBegun))
  // It is thrown below, once the socket is there that has to be closed.
  first.catch(() => undefined)
  let isClosing = false
  // Whoever asks too late gets no answer, and becomes the next supervisor.
  await using _ = await openControl(project.places, project.env, async (request) =>
    isClosing ? undefined : during(answer(request, { ...supervised, load, loading, first, signal, onBegun })),
  )
  await first
  if (!signal.aborted) void during(goOnWithOthers(supervisor, openOthers))
  if (signal.aborted) await supervisor.stop([])
  // A request that came while the last service ended may start another one, and a restart starts what it has stopped.
  do {
    await Promise.all([supervisor.rest(), ...open])
    await notifications.drain(DRAIN_MS)
  } while (open.size > 0 || !supervisor.status().every(isAtRest))
  isClosing = true
  return supervisor.status()
}

/**
 * Started for some services, it supervises all that it finds: each as its config says, as far as that can be had. What is asked for
 * meanwhile has read what is newer, and is not undone.
 */
async function goOnWithOthers(supervisor: Supervisor, openOthers: Serving['openOthers']): Promise<void> {
  const found = new Set(supervisor.unread())
  const isUnread = (service: string) => supervisor.unread().includes(service)
  const leave = (service: string, error: unknown) => {
    const why = error instanceof Error ? error.message : error
    if (isUnread(service)) supervisor.leaveUnread(service, `its checks are not run: ${why}`)
  }
  if (found.size === 0) return
  try {
    await using others = await openOthers()
    for (const service of found) {
      if (!isUnread(service)) continue
      try {
        const next = await others.load(service)
        if (isUnread(service)) supervisor.goOn(service, next)
      } catch (error) {
        leave(service, error)
      }
    }
  } catch (error) {
    for (const service of found) leave(service, firstFailure(error))
  }
}

type Answering = Supervised &
  Pick<Serving, 'load' | 'signal' | 'onBegun'> & {
    readonly loading: Promise<unknown>
    readonly first: Promise<unknown>
  }

/** What is still starting can be looked at and stopped; all else waits until it is up. */
async function answer(request: Request, answering: Answering): Promise<Answer> {
  const { supervisor, notifications, endpoint, project, loading, first } = answering
  if (request.do === 'stop') await loading.then(() => stopByHand(supervisor, request.services))
  else if (request.do === 'surroundings')
    return { v: 1, state: 'surroundings', surroundings: await supervisor.surroundingsOf(request.service) }
  else if (request.do === 'metrics') return { v: 1, state: 'metrics', metrics: projectMetrics(answering) }
  else if (request.do !== 'status') await first
  if (request.do === 'start' || request.do === 'restart' || request.do === 'apply') await beginAgain(request, answering)
  return {
    v: 1,
    state: 'done',
    status: { ...projectStatus(project, supervisor.status(), notifications.status()), ...metricsOf(endpoint) },
  }
}

/** Held before they end: a supervisor that is killed meanwhile leaves it said. */
export async function stopByHand(supervisor: Supervisor, services: readonly string[]): Promise<void> {
  supervisor.hold(services)
  await supervisor.stop(services)
}

/** A config that cannot be read stops nothing, and nothing is started once all is to stop. */
async function beginAgain(request: BeginRequest, answering: Answering): Promise<void> {
  const { supervisor, load, signal, onBegun } = answering
  const loaded = await load(request.services, request.call)
  if (request.do === 'restart') await supervisor.stop(request.services)
  if (!signal.aborted) await perform(request, loaded, answering)
  onBegun?.()
}

async function perform(request: BeginRequest, loaded: Loaded, { supervisor, endpoint }: Supervised): Promise<void> {
  await endpoint.use(loaded.runnable.metrics)
  const { services } = request
  if (request.do !== 'apply') return await supervisor.start(loaded, services, request.isBoot)
  const isAsShown = ({ digest }: Changes) => digest === request.shown
  await supervisor.apply({ ...loaded, isPartial: services.length > 0 }, isAsShown)
}

function metricsOf(endpoint: Endpoint): Pick<ProjectStatus, 'metrics'> {
  const metrics = endpoint.status()
  return metrics ? { metrics } : {}
}

function projectMetrics({ supervisor, notifications, events, project }: Omit<Supervised, 'endpoint'>): ProjectMetrics {
  const startedAt = Math.round(performance.timeOrigin) / 1000
  return {
    config: project.configPath,
    ...supervisor.metrics(),
    notifiers: notifications.status(),
    supervisor: { pid: process.pid, startedAt, eventsLost: events.lost() },
  }
}

export function projectStatus(
  { configPath }: Project,
  services: readonly InstanceStatus[],
  notifiers: readonly NotifierStatus[] = [],
): ProjectStatus {
  const told = notifiers.length > 0 ? { notifiers } : {}
  return { config: configPath, supervisor: { state: 'running', pid: process.pid }, services, ...told }
}
