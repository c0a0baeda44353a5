// The services of a config as one flat Compose file. Pure: what is written, started and asked is for others.
import type { Named, OperatedService, OperatorConfig } from '../../sdk/operator/index.ts'
import {
  checksOf,
  configFile,
  dependenciesOf,
  isNamed,
  isRunService,
  mountedConfigs,
  OperatorProblem,
  servicesOf,
  wordsOfRun,
  yamlText,
} from '../../sdk/operator/index.ts'
import { settledDependencies } from './dependencies.ts'
import type { Features } from './features.ts'
import { healthCheckOf } from './health.ts'
import { projectName } from './project-name.ts'

/** Names that `operators:` of a check knows this operator by. */
const OPERATOR_NAMES = ['docker', 'podman', 'nerdctl', 'compose', 'operator-compose']

/** Our containers are found by these, whatever the program makes of the project's name. */
const PROJECT_LABEL = 'octo.project'
const SERVICE_LABEL = 'octo.service'

export type Rendering = {
  readonly project: string
  /** The Compose file. */
  readonly text: string
  /** Further files by absolute path. */
  readonly files: ReadonlyMap<string, string>
  /** What was left out or written otherwise. */
  readonly notes: readonly string[]
}

type Work = {
  readonly config: OperatorConfig
  readonly features: Features
  readonly folder: string
  readonly notes: string[]
  readonly files: Map<string, string>
  readonly configs: Map<string, Named>
}

/** `folder` is where the files will lie. Throws OperatorProblem for what no container can be made of. */
export function render(config: OperatorConfig, features: Features, folder: string): Rendering {
  const work: Work = { config, features, folder, notes: [], files: new Map(), configs: new Map() }
  const services: Record<string, Named> = {}
  for (const service of servicesOf(config))
    for (const [name, rendered] of renderService(service, work)) {
      if (services[name]) throw new OperatorProblem(`two services would be called \`${name}\``)
      services[name] = rendered
    }
  if (Object.keys(services).length === 0)
    throw new OperatorProblem('no service of the config has an image, so there is nothing to start')
  const { hasDependencyOptions } = features
  const settled = settledDependencies(services, { hasDependencyOptions, note: (line) => void work.notes.push(line) })
  const top = topOf(config, work)
  return {
    project: projectName(config.name),
    text: yamlText({ services: settled, ...top }, escapeDollars),
    files: work.files,
    notes: work.notes,
  }
}

/** The config's texts are final; Compose would fill in what looks like a variable. */
function escapeDollars(text: string): string {
  return text.replaceAll('$', '$$$$')
}

const TOP = ['networks', 'volumes', 'secrets', 'models'] as const

function topOf({ rest }: OperatorConfig, { features, configs }: Work): Named {
  const kept = TOP.filter((key) => isNamed(rest[key])).map((key) => [key, rest[key]] as const)
  for (const [name, secret] of Object.entries(isNamed(rest.secrets) ? rest.secrets : {}))
    if (isNamed(secret) && secret.environment !== undefined && !features.hasSecretVariables)
      throw new OperatorProblem(
        `secret \`${name}\` comes from a variable, which this version of Compose cannot do: name a \`file\``,
      )
  return { ...Object.fromEntries(kept), ...(configs.size > 0 ? { configs: Object.fromEntries(configs) } : {}) }
}

/** Keys that are octo's, or that would make the file more than one. */
const TAKEN = ['configs', 'depends_on', 'labels', 'healthcheck', 'extends']
/** What early configs say beside the checks. */
const FROM_SETTINGS = ['environment', 'restart', 'stop_signal', 'stop_grace_period']

/** The service, and one that runs once before it for each step of `init`. */
function renderService(service: OperatedService, work: Work): readonly (readonly [string, Named])[] {
  const { name, compose, settings, offered } = service
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw new OperatorProblem(`\`${name}\` is no name of a service in Compose`)
  if (compose.extends !== undefined)
    throw new OperatorProblem(`service \`${name}\` has \`extends\`: write its keys out, or include a document`)
  if (!offered && compose.image === undefined && compose.build === undefined) {
    work.notes.push(`service \`${name}\` has no image, it is left out`)
    return []
  }
  const kept = Object.entries(compose).filter(([key]) => !TAKEN.includes(key) && !key.startsWith('x-'))
  const said = Object.fromEntries(
    FROM_SETTINGS.filter((key) => isPlain(settings[key])).map((key) => [key, settings[key]]),
  )
  const base: Named = {
    ...said,
    ...Object.fromEntries(kept),
    ...withTexts('environment', compose.environment ?? said.environment),
    ...offered,
    ...withConfigs(service, work),
    labels: { ...labelsOf(compose.labels), [PROJECT_LABEL]: work.config.name, [SERVICE_LABEL]: name },
  }
  const before = dependenciesOf(service)
  const steps = initSteps(service, base, { before, work })
  const depends = {
    ...before,
    ...Object.fromEntries(steps.map(([step]) => [step, { condition: 'service_completed_successfully' }])),
  }
  const healthcheck = healthOf(service, work)
  const count = settings.replicas
  return [
    ...steps,
    [
      name,
      {
        ...base,
        ...(typeof count === 'number' && compose.scale === undefined && compose.deploy === undefined
          ? { scale: count }
          : {}),
        ...(healthcheck ? { healthcheck } : {}),
        ...(Object.keys(depends).length > 0 ? { depends_on: depends } : {}),
      },
    ],
  ]
}

/** Compose 1 refuses a `true` among variables. */
function withTexts(key: string, map: unknown): Named {
  if (!isNamed(map)) return {}
  const entries = Object.entries(map).map(([name, value]) => [name, typeof value === 'boolean' ? String(value) : value])
  return { [key]: Object.fromEntries(entries) }
}

function isPlain(value: unknown): boolean {
  return value !== undefined && value !== null && !(isNamed(value) && 'policy' in value)
}

function labelsOf(labels: unknown): Named {
  if (isNamed(labels)) return withTexts('labels', labels).labels as Named
  const list = Array.isArray(labels) ? labels.map(String) : []
  return Object.fromEntries(list.map((label) => [label.split('=')[0] ?? '', label.split('=').slice(1).join('=')]))
}

/** The service's own health check counts before its checks. */
function healthOf(service: OperatedService, { features, notes }: Work): Named | undefined {
  const { name, compose, settings } = service
  if (isNamed(compose.healthcheck)) {
    const { start_interval: startInterval, ...rest } = compose.healthcheck
    if (startInterval === undefined || features.hasStartInterval) return compose.healthcheck
    notes.push(`\`start_interval\` of service \`${name}\` is left out, as this version of Compose refuses it`)
    return rest
  }
  const { healthcheck, left } = healthCheckOf(checksOf(service, 'health', OPERATOR_NAMES), settings.start_period)
  for (const tool of left)
    notes.push(`check \`${tool}\` of service \`${name}\` is no health check of a container, \`octo check\` runs it`)
  for (const { tool } of checksOf(service, 'validate', OPERATOR_NAMES))
    notes.push(`\`${tool}\` is not run before service \`${name}\` starts, \`octo check\` runs it`)
  return healthcheck
}

type Step = { readonly before: Named; readonly work: Work }

/** Ports and names are the service's alone. */
const NOT_OF_STEPS = ['ports', 'expose', 'container_name', 'scale', 'deploy', 'restart', 'hostname', 'profiles']

function initSteps(service: OperatedService, base: Named, { before, work }: Step): (readonly [string, Named])[] {
  const items = checksOf(service, 'init', OPERATOR_NAMES)
  const runs = items.filter(isRunService)
  for (const { tool } of items.filter((item) => !isRunService(item)))
    work.notes.push(`\`${tool}\` is not run before service \`${service.name}\` starts`)
  const plain = Object.fromEntries(Object.entries(base).filter(([key]) => !NOT_OF_STEPS.includes(key)))
  let last: Named = before
  return runs.map((item, index) => {
    const name = `${service.name}-init${index === 0 ? '' : `-${index + 1}`}`
    const command = wordsOfRun(item)
    const step = { ...plain, command, restart: 'no', ...(Object.keys(last).length > 0 ? { depends_on: last } : {}) }
    last = { ...before, [name]: { condition: 'service_completed_successfully' } }
    return [name, step]
  })
}

/** As `configs` where they are mounted, else as volumes, which every program mounts. */
function withConfigs({ name, compose }: OperatedService, work: Work): Named {
  const mounted = mountedConfigs(name, compose.configs).map((mount) => {
    const { path, text } = configFile(mount, work.config, work.folder)
    if (text !== undefined) work.files.set(path, text)
    return { ...mount, file: path }
  })
  if (mounted.length === 0) return {}
  if (!work.features.hasConfigs) {
    const volumes = mounted.map(({ file, target }) => ({ type: 'bind', source: file, target, read_only: true }))
    return { volumes: [...(Array.isArray(compose.volumes) ? compose.volumes : []), ...volumes] }
  }
  for (const { source, file } of mounted) work.configs.set(source, { file })
  return { configs: mounted.map(({ source, target, rest }) => ({ source, target, ...rest })) }
}
