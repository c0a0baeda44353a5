// `octo start` and `octo restart`: a supervisor apart from the terminal does it, or this process is the supervisor.
import { printable } from '../../../schemas/quote.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import type { Loaded } from '../../services/loaded-services.ts'
import { isWell } from '../../services/render-status.ts'
import { openRunnable } from '../../services/runnable.ts'
import { startAndAsk } from '../../services/start-supervisor.ts'
import { serve, takeProject } from '../../services/supervise.ts'
import { openSession } from '../../session.ts'
import type { OperatorCall } from '../operator.ts'
import { showPlan, tellLeftAside } from './plan.ts'
import { projectOf, showStatus, statusAlone, statusIn, tellWaiting } from './project.ts'

const FAILED = 1

export async function startApart(call: OperatorCall, word: 'start' | 'restart'): Promise<number> {
  const { session, words, terminal, cwd, env, options } = call
  // Whatever is wrong with the config, or cannot be installed, is said here and now.
  const runnable = await openRunnable(session, words)
  tellLeftAside(runnable, terminal)
  if (options.dryRun) {
    showPlan(runnable, terminal)
    return 0
  }
  const project = projectOf(call)
  const start = { places: project.places, cwd, env, words: [...words, ...ownFlags(options)] }
  using _ = tellWaiting(project, terminal)
  const answer = await startAndAsk(start, { v: 1, do: word, services: words })
  const found = answer ? statusIn(answer) : statusAlone(project)
  const names = new Set(runnable.services.keys())
  showStatus({ ...found, services: found.services.filter(({ service }) => names.has(service)) }, terminal)
  return found.services.every((one) => !names.has(one.service) || isWell(one)) ? 0 : FAILED
}

/** The supervisor reads the same config in the same way. */
function ownFlags({ config = [], lock, frozen, offline }: OperatorCall['options']): string[] {
  return [
    ...config.flatMap((path) => ['--config', path]),
    ...(lock === undefined ? [] : ['--lock', lock]),
    ...(frozen ? ['--frozen'] : []),
    ...(offline ? ['--offline'] : []),
    ...['--operator', 'baremetal'],
  ]
}

/** Under systemd, and as what `octo start` starts apart from its terminal. */
export async function startHere(call: OperatorCall): Promise<number> {
  const { session, words, terminal, options, cwd, env } = call
  const project = projectOf(call)
  await using supervised = await takeProject(project, (line) => terminal.info(printable(line, 1000)))
  using interruption = interruptible()
  let own: typeof session | undefined = session
  const load = async (names: readonly string[]): Promise<Loaded> => {
    const source = own ?? (await openSession(options, { terminal, cwd, env }))
    own = undefined
    const { client } = source
    for (const line of await source.writeFiles()) terminal.warn(line)
    return { runnable: await openRunnable(source, names), locate: (executable) => client.locate(executable) }
  }
  const services = await serve(supervised, { load, names: words, signal: interruption.signal })
  const isStopped = interruption.exitCode() !== undefined
  return isStopped || services.every((one) => isWell(one) || one.state === 'stopped') ? 0 : FAILED
}
