// `octo status`: how the services are, once or whenever it changes.
import { setTimeout as pause } from 'node:timers/promises'
import { interruptible } from '../../../system/process/interruptible.ts'
import { readJournal } from '../../services/journal.ts'
import type { ProjectStatus } from '../../services/protocol.ts'
import type { OperatorCall } from '../operator.ts'
import { withDifferences } from './differences.ts'
import type { ProjectCall } from './project.ts'
import { currentStatus, projectOf, showStatus } from './project.ts'

const WATCH_MS = 1000

export async function status(call: ProjectCall | OperatorCall): Promise<number> {
  const project = projectOf(call)
  const { terminal, options } = call
  if (!options.watch) {
    showStatus(compared(await currentStatus(project), call), terminal)
    return 0
  }
  using interruption = interruptible()
  let last = ''
  while (!interruption.signal.aborted) {
    const now = await currentStatus(project)
    const shown = JSON.stringify({ ...now, services: now.services.map(({ upMs: _, logBytes: __, ...one }) => one) })
    if (shown !== last) showStatus(now, terminal)
    last = shown
    await pause(WATCH_MS, undefined, { signal: interruption.signal }).catch(() => undefined)
  }
  return 0
}

/** With a config that can be read, and needs nobody's answer. */
function compared(found: ProjectStatus, call: ProjectCall | OperatorCall): ProjectStatus {
  if (!('config' in call.session) || call.hasStandIns) return found
  return withDifferences(found, call.session.config, readJournal(projectOf(call).places.journal).services)
}
