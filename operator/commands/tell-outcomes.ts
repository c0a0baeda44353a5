// `octo check --notify`: tells what changed since the last run of this config that told. What cannot be delivered is a warning, and
// is tried again by the next run.
import { join } from 'node:path'
import type { PluginOutcome, VerifiedExecutable } from '../../client/index.ts'
import type { OctoConfig } from '../../config/model/config.ts'
import { lockFile } from '../../system/process-lock.ts'
import type { Terminal } from '../../terminal/index.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import { commandsOfChecks } from '../notifications/next-commands.ts'
import { notifierNotes } from '../notifications/notes.ts'
import type { Notifications } from '../notifications/notifications.ts'
import { openNotifications } from '../notifications/notifications.ts'
import { notifiersOf, projectName } from '../notifications/notifiers-of.ts'
import type { Asked, Scope } from '../notifications/of-checks.ts'
import { goneAfter, happeningOfCheck } from '../notifications/of-checks.ts'
import { senderOf } from '../notifications/send.ts'
import { makePlaces, placesOf } from '../services/project/places.ts'

type Telling = {
  readonly config: OctoConfig
  readonly configPath: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly provided: ReadonlyMap<string, PluginOutcome>
  readonly locate: (executable: VerifiedExecutable) => VerifiedExecutable
  readonly terminal: Terminal
}

type Teller = Disposable & {
  tell(outcome: CheckOutcome): void
  /** Of services and phases that these are all of, nothing else is checked any more; nor is what the config does not have. */
  retire(all: readonly Asked[], scope: Scope): void
  /** Sends what waits; what cannot be delivered in time is warned of, and left for the next run. */
  finish(timeoutMs: number): Promise<void>
}

/** A notifier that hangs is ended before, by its own deadline or this one. */
const DRAIN_MS = 60_000

/** Never throws for what a notifier does. */
export async function tellOutcomes(
  outcomes: readonly CheckOutcome[],
  telling: Telling & { readonly scope: Scope },
): Promise<void> {
  using teller = await openTeller(telling, (line) => telling.terminal.debug(line))
  for (const outcome of outcomes) teller?.tell(outcome)
  const asked = outcomes.map((outcome) => ({ ...outcome, isChecked: outcome.status !== 'skipped' }))
  teller?.retire(asked, telling.scope)
  await teller?.finish(DRAIN_MS)
}

/** Undefined, with a warning, while another one tells of the same config: both would tell the same. */
export async function openTeller(telling: Telling, log: (line: string) => void): Promise<Teller | undefined> {
  const places = placesOf(telling.configPath, telling.env)
  makePlaces(places)
  const lock = lockFile(join(places.state, 'checks.lock'), 'exclusive')
  if (!lock) {
    telling.terminal.warn('another `octo check --notify` of this config is telling: what this one finds is not told')
    return undefined
  }
  try {
    const notifications = openNotifications({
      path: join(places.state, 'checks-told.json'),
      log,
      next: commandsOfChecks(telling.configPath),
    })
    return await tellerOf(notifications, lock, telling)
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

async function tellerOf(notifications: Notifications, lock: Disposable, telling: Telling): Promise<Teller> {
  const { config, env, provided, locate, terminal } = telling
  const notifiers = await notifiersOf(config, provided)
  notifications.use({ project: projectName(config), notifiers, send: senderOf({ env, locate }) })
  return {
    tell(outcome) {
      const happening = happeningOfCheck(outcome)
      if (happening) notifications.tell(happening)
    },
    retire(all, scope) {
      const isGone = goneAfter(all, scope, new Set(config.services.map(({ name }) => name)))
      notifications.retire(isGone)
    },
    async finish(timeoutMs) {
      await notifications.drain(timeoutMs)
      for (const line of notifierNotes(notifications.status())) terminal.warn(line)
    },
    [Symbol.dispose]() {
      notifications[Symbol.dispose]()
      lock[Symbol.dispose]()
    },
  }
}
