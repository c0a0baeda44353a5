// `octo status`: how the services are, once or whenever it changes.
import { setTimeout as pause } from 'node:timers/promises'
import { interruptible } from '../../../system/process/interruptible.ts'
import { untilUnread } from '../../../system/process/until-unread.ts'
import type { ProjectStatus } from '../../services/control/protocol.ts'
import { readJournal } from '../../services/journal/journal.ts'
import { statusNotes, statusTable } from '../../services/status/render-status.ts'
import type { OperatorCall } from '../operator.ts'
import { withDifferences } from './differences.ts'
import type { ProjectCall } from './project.ts'
import { currentStatus, isMeant, NOTHING_STARTED, projectOf, requireKnown, showStatus } from './project.ts'

/** A service that ends is back within less than a second, and both are to be seen. */
const WATCH_MS = 250

export async function status(call: ProjectCall | OperatorCall): Promise<number> {
  const project = projectOf(call)
  const { terminal, options, words } = call
  requireKnown(words, project, 'instances')
  if (!options.watch) {
    const found = compared(await currentStatus(project), call)
    showStatus(only(words, found), terminal, found.services)
    return 0
  }
  using interruption = interruptible()
  using read = untilUnread(interruption.signal)
  const live = terminal.json || terminal.quiet ? undefined : terminal.liveTable()
  let last = ''
  while (!read.signal.aborted) {
    const found = await currentStatus(project)
    const now = only(words, found)
    const shown = JSON.stringify(lasting(now))
    if (live) live.show(statusTable(now, terminal.paint, found.services), ['', ...sentencesOf(now)])
    else if (shown !== last) {
      if (last !== '' && !terminal.json) terminal.print('')
      showStatus(now, terminal, found.services)
    }
    last = shown
    await pause(WATCH_MS, undefined, { signal: read.signal }).catch(() => undefined)
  }
  if (live) live.end()
  // A terminal has written ^C where the cursor was.
  else if (terminal.watched && !terminal.json) terminal.print('')
  return 0
}

/** All without names. Which services only one of config and machine has is nothing about those that are named. */
function only(words: readonly string[], { notInBoth, ...found }: ProjectStatus): ProjectStatus {
  if (words.length === 0) return notInBoth === undefined ? found : { ...found, notInBoth }
  return { ...found, services: found.services.filter((one) => isMeant(one, words)) }
}

function sentencesOf(found: ProjectStatus): readonly string[] {
  return [...(found.services.length === 0 ? [NOTHING_STARTED] : []), ...statusNotes(found)]
}

/** With a config that can be read, and needs nobody's answer. */
function compared(found: ProjectStatus, call: ProjectCall | OperatorCall): ProjectStatus {
  if (!('config' in call.session) || call.hasStandIns) return found
  return withDifferences(found, call.session.config, readJournal(projectOf(call).places.journal).services)
}

/** What is news when it changes: not the time that passes, and not that a check took another millisecond. */
// allow(dead-export): what is news is a question of two states, not of a screen
export function lasting({ services, ...project }: ProjectStatus) {
  return {
    ...project,
    services: services.map(({ upMs: _, logBytes: __, retryInMs: ___, checks = [], ...one }) => ({
      ...one,
      checks: checks.map(({ label, state }) => [label, state]),
    })),
  }
}
