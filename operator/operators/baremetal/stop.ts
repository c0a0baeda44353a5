// `octo stop`: asks the supervisor, and where none lives ends what it left.
import { printable, quote } from '../../../schemas/quote.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { ask } from '../../services/control/control.ts'
import type { InstanceStatus, ProjectStatus } from '../../services/control/protocol.ts'
import type { Project } from '../../services/supervise.ts'
import { projectStatus, stopByHand, takeProject } from '../../services/supervise.ts'
import type { OperatorCall } from '../operator.ts'
import type { ProjectCall } from './project.ts'
import { currentStatus, isNamed, projectOf, requireKnown, showStatus, statusIn, tellWaiting } from './project.ts'

const FAILED = 1

export async function stop(call: ProjectCall | OperatorCall): Promise<number> {
  const { words, terminal, options } = call
  const project = projectOf(call)
  requireKnown(words, project)
  if (options.dryRun) {
    const { services, ...rest } = await currentStatus(project)
    showStatus({ ...rest, services: services.filter((one) => one.pid !== undefined && isNamed(one, words)) }, terminal)
    return 0
  }
  using _ = tellWaiting(project, terminal)
  const answer = await ask(project.places, { v: 1, do: 'stop', services: words })
  const found = answer ? statusIn(answer) : await stopWithoutSupervisor(project, words, terminal)
  const named = found.services.filter((one) => isNamed(one, words))
  showStatus({ ...found, services: named }, terminal)
  if (!answer)
    tellOthers(
      found.services.filter((one) => !isNamed(one, words)),
      terminal,
    )
  if (!answer && hasNotifiers(call))
    terminal.warn(
      'nobody supervised them, so that the notifiers of the config are not told of it: `octo events` shows what happened',
    )
  return named.every(({ pid }) => pid === undefined) ? 0 : FAILED
}

/** Whoever looks at those that were named alone would take the rest for supervised. */
function tellOthers(others: readonly InstanceStatus[], terminal: Terminal): void {
  const names = [...new Set(others.filter(({ pid }) => pid !== undefined).map(({ service }) => service))]
  if (names.length === 0 || terminal.json) return
  terminal.warn(
    names.length === 1
      ? `nobody supervises ${quote(names[0])}, which goes on running: \`octo start\` goes on with it, \`octo stop\` ends it`
      : `nobody supervises ${names.map(quote).join(', ')}, which go on running: \`octo start\` goes on with them, \`octo stop\` ends them`,
  )
}

function hasNotifiers({ session }: ProjectCall | OperatorCall): boolean {
  return 'config' in session && (session.config.notifiers ?? []).length > 0
}

/** What a supervisor left when it was killed is ended by whoever asks for it. */
export async function stopWithoutSupervisor(
  project: Project,
  words: readonly string[],
  terminal: Terminal,
): Promise<ProjectStatus> {
  await using supervised = await takeProject(project, (line) => terminal.debug(printable(line, 1000)))
  await stopByHand(supervised.supervisor, words)
  return { ...projectStatus(project, supervised.supervisor.status()), supervisor: { state: 'none' } }
}
