// Runs the services of a config in a Kubernetes cluster, by kubectl.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isatty } from 'node:tty'
import type { OperatorCall, OperatorWord } from '../../sdk/operator/index.ts'
import { defineOperator, OperatorProblem } from '../../sdk/operator/index.ts'
import { awaitAll } from './await.ts'
import { foundIn } from './found.ts'
import type { Cluster } from './kubectl.ts'
import { findKubectl } from './kubectl.ts'
import { projectLabel } from './names.ts'
import { PROJECT_LABEL, referenceOf, SERVICE_LABEL } from './objects.ts'
import type { Rendering } from './render.ts'
import { render, shownText } from './render.ts'
import { settingsOf } from './settings.ts'
import { refuseForeign, requireServices, start } from './start.ts'
import { stop } from './stop.ts'
import type { Given } from './work.ts'

export const operator = defineOperator({
  name: 'operator-kubernetes',
  version: '1.0.0',
  summary: 'runs services in a Kubernetes cluster, by kubectl',
  act,
})

async function act(call: OperatorCall): Promise<number> {
  const rendering = renderingFor(call)
  if (['start', 'restart', 'show'].includes(call.word)) for (const line of rendering.notes) call.note(line)
  if (call.word === 'show') {
    process.stdout.write(shownText(rendering))
    return 0
  }
  const { note, projectFolder } = call
  const kubectl = findKubectl(rendering.settings, projectFolder)
  return VERBS[call.word](call, rendering, { kubectl, note, pause: (ms) => pause(ms), now: () => performance.now() })
}

/** These find what runs by its labels, also where the config cannot be followed any more. */
const WITHOUT_RENDERING: readonly OperatorWord[] = ['stop', 'status', 'logs', 'compose']

function renderingFor(call: OperatorCall): Rendering {
  const { config, word, note } = call
  try {
    return render(config, givenBy(call))
  } catch (error) {
    if (!(error instanceof OperatorProblem) || !WITHOUT_RENDERING.includes(word)) throw error
    const settings = settingsOf(config)
    note(`${error.message}; what runs is found by its labels`)
    return { project: projectLabel(config.name), settings, stages: [], services: [], waits: new Map(), notes: [] }
  }
}

/** Files and variables of this machine that the config names. */
function givenBy({ projectFolder }: OperatorCall): Given {
  return {
    variable: (name) => process.env[name],
    readFile: (path) => {
      try {
        return readFileSync(resolve(projectFolder, path))
      } catch (error) {
        throw new OperatorProblem(`file \`${path}\` cannot be read: ${(error as NodeJS.ErrnoException).code}`)
      }
    },
  }
}

type Verb = (call: OperatorCall, rendering: Rendering, cluster: Cluster) => Promise<number>

const VERBS: Readonly<Record<Exclude<OperatorWord, 'show'>, Verb>> = {
  start,
  stop,
  restart,
  status: (_, rendering, { kubectl }) => kubectl.run(statusWords(rendering)),
  logs: (call, rendering, { kubectl }) => kubectl.run(logWords(call, rendering)),
  exec: async (call, rendering, { kubectl }) => {
    const words = execWords(call, rendering, { isTerminal: isatty(0) && isatty(1) })
    await requireOwn(
      rendering.services.filter(({ service }) => service.name === call.args[0]),
      rendering,
      kubectl,
    )
    return await kubectl.run(words)
  },
  compose: ({ args }, _, { kubectl }) => kubectl.run(args),
}

/** What ends is started by `octo start`, which does again what is named. */
async function restart({ args, dryRun }: OperatorCall, rendering: Rendering, cluster: Cluster): Promise<number> {
  requireServices(args, rendering.services)
  const chosen = rendering.services.filter(({ service, workload }) =>
    args.length === 0 ? workload.kind !== 'Job' : args.includes(service.name),
  )
  const job = chosen.find(({ workload }) => workload.kind === 'Job')
  if (job)
    throw new OperatorProblem(
      `service \`${job.service.name}\` runs to its end: \`octo stop ${job.service.name}\` and \`octo start ${job.service.name}\` do it again`,
    )
  const words = ['rollout', 'restart', ...chosen.map(({ workload }) => referenceOf(workload))]
  if (dryRun) {
    process.stdout.write(`${[...cluster.kubectl.words, ...words].join(' ')}\n`)
    return 0
  }
  await requireOwn(chosen, rendering, cluster.kubectl)
  const code = chosen.length === 0 ? 0 : await cluster.kubectl.run(words)
  if (code !== 0) return code
  const { project, settings } = rendering
  const awaited = chosen.map(({ workload }) => ({ workload, until: 'ready' as const }))
  await awaitAll(awaited, { project, timeoutMs: settings.timeoutMs }, cluster)
  return 0
}

/** What is named, and not found by its labels, may be of somebody else. */
async function requireOwn(
  services: Rendering['services'],
  { project }: Pick<Rendering, 'project'>,
  kubectl: Cluster['kubectl'],
): Promise<void> {
  if (services.length === 0) return
  const references = services.map(({ workload }) => referenceOf(workload))
  const text = await kubectl.read(['get', ...references, '--ignore-not-found', '--output=json'])
  refuseForeign(foundIn(text), project)
}

// allow(dead-export): the test compares lines for a cluster that is not there
export function statusWords({ project }: Pick<Rendering, 'project'>): readonly string[] {
  const kinds = 'deployments,statefulsets,jobs,pods,services,persistentvolumeclaims'
  return ['get', kinds, `--selector=${PROJECT_LABEL}=${project}`]
}

/** All lines of all pods; one that is not running yet keeps the others back from nobody. */
// allow(dead-export): the test compares lines for a cluster that is not there
export function logWords(
  { args, follow }: Pick<OperatorCall, 'args' | 'follow'>,
  { project, services }: Pick<Rendering, 'project' | 'services'>,
): readonly string[] {
  requireServices(args, services)
  const names = services.filter(({ service }) => args.includes(service.name)).map(({ name }) => name)
  const some = names.length === 0 ? '' : `,${SERVICE_LABEL} in (${names.join(',')})`
  return [
    'logs',
    `--selector=${PROJECT_LABEL}=${project}${some}`,
    ...['--all-containers', '--prefix', '--tail=-1', '--ignore-errors', '--max-log-requests=1000'],
    ...(follow ? ['--follow'] : []),
  ]
}

/** In the first pod of the service. Its standard input is the caller's; without a terminal there is none to give. */
// allow(dead-export): the test compares lines for a cluster that is not there
export function execWords(
  { args: [name = '', ...command] }: Pick<OperatorCall, 'args'>,
  { services }: Pick<Rendering, 'services'>,
  { isTerminal }: { readonly isTerminal: boolean },
): readonly string[] {
  requireServices([name], services)
  const found = services.find(({ service }) => service.name === name)
  if (!found) return []
  const terminal = isTerminal ? ['--tty'] : []
  return ['exec', '--stdin', ...terminal, referenceOf(found.workload), `--container=${found.name}`, '--', ...command]
}
