// `octo apply`: shows what differs between the config and what runs, and after a yes does that and nothing else.
import { coded } from '../../../schemas/errors.ts'
import { askOn } from '../../../terminal/ask-question.ts'
import { notifierWarnings } from '../../notifications/notifiers-of.ts'
import type { InstanceStatus } from '../../services/control/protocol.ts'
import { isAtRest } from '../../services/life/lifecycle.ts'
import { configCall } from '../../services/specs/config-call.ts'
import { openRunnable } from '../../services/specs/runnable.ts'
import { startAndAsk } from '../../services/start-supervisor.ts'
import { statusNotes } from '../../services/status/render-status.ts'
import type { OperatorCall } from '../operator.ts'
import { changesToJson, currentChanges, showChanges } from './changes.ts'
import { openPatience, timeoutOf } from './patience.ts'
import { tellLeftAside } from './plan.ts'
import { currentStatus, projectOf, showStatus, statusAfter, tellUnfinished, tellWaiting } from './project.ts'
import { isUp, shownWords } from './start.ts'

const FAILED = 1

export async function apply(call: OperatorCall): Promise<number> {
  const { session, words, terminal, env, options } = call
  const timeoutMs = timeoutOf(options.timeout)
  // What was started before is taken away, also the last of it.
  const runnable = await openRunnable(session, words, { mayBeNone: true })
  tellLeftAside(runnable, terminal)
  for (const line of notifierWarnings(runnable.telling?.notifiers ?? [])) terminal.warn(line)
  const project = projectOf(call)
  const changes = await currentChanges(project, runnable, { isPartial: words.length > 0 })
  const shown = changesToJson(changes)
  const isSame = changes.changes.length === 0
  const now = await currentStatus(project)
  if (isSame && !terminal.json) terminal.info('what runs is what the config says')
  // What runs is supervised, by rules that the config has now; where all is at rest, there is nothing left to do.
  if (options.dryRun || (isSame && now.services.every(isAtRest))) {
    if (terminal.json) terminal.result({ json: shown, text: () => '' })
    else if (!isSame) showChanges(changes, terminal)
    else for (const note of statusNotes(now)) terminal.warn(note)
    return 0
  }
  if (!isSame) {
    if (!terminal.json) showChanges(changes, terminal)
    if (!options.yes) await requireYes(call)
  }
  using _ = tellWaiting(project, terminal)
  const start = { places: project.places, env, call: configCall(call, call.answers ?? {}), words: shownWords(call) }
  using patience = openPatience(timeoutMs)
  const { signal } = patience
  const asked = { v: 1, do: 'apply', services: words, shown: changes.digest } as const
  const done = await patience.within(() => startAndAsk({ ...start, signal }, asked))
  const whole = await statusAfter(project, done)
  const isShown = ({ service }: InstanceStatus) => words.length === 0 || runnable.services.has(service)
  const found = { ...whole, services: whole.services.filter(isShown) }
  if (isSame && now.supervisor.state === 'none' && found.supervisor.state === 'running' && !terminal.json)
    terminal.info(`nobody supervised it: process ${found.supervisor.pid} does now`)
  if (terminal.json) terminal.result({ json: { ...shown, ...found }, text: () => '' })
  else showStatus(found, terminal)
  if (!done) tellUnfinished(found, terminal)
  return [...runnable.services.values()].every((service) => isUp(service, found)) ? 0 : FAILED
}

/** Throws USAGE where nobody can be asked, and INTERRUPTED for a no. */
async function requireYes({ terminal }: OperatorCall): Promise<void> {
  const ask = askOn(terminal)
  if (!ask)
    throw coded('USAGE', {
      message: 'nobody can be asked whether these changes are to be made',
      hint: 'look at them with `octo apply --dry-run`, and make them with `octo apply --yes`',
    })
  const answer = await ask({ name: 'Make these changes?', type: 'confirm', options: [] })
  if (answer !== 'true') throw coded('INTERRUPTED', { message: 'nothing was changed' })
}
