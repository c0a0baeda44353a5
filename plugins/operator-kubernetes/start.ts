// Brings the cluster to what the config says: checked by the API server before anything changes, applied on its side with octo as
// the manager of the fields, stage by stage, and without what the project no longer has.
import type { OperatorCall } from '../../sdk/operator/index.ts'
import { OPERATOR_EXIT, OperatorProblem } from '../../sdk/operator/index.ts'
import { awaitAll } from './await.ts'
import type { Found } from './found.ts'
import { conditionOf, foundIn, isOwn, referenceOfFound } from './found.ts'
import type { Cluster } from './kubectl.ts'
import type { KubernetesObject } from './objects.ts'
import { MANAGED_BY, PROJECT_LABEL, referenceOf } from './objects.ts'
import type { Rendering } from './render.ts'
import { inputOf } from './render.ts'
import type { Awaited, Stage } from './stages.ts'

/** All kinds that are made here but the claims of volumes: data is never taken away. */
export const PRUNED = 'deployments,statefulsets,jobs,services,configmaps,secrets,networkpolicies'

const FIELD_MANAGER = 'octo'

type Start = Pick<OperatorCall, 'args' | 'dryRun'>

/** Gives the exit code of kubectl; throws OperatorProblem for what it does not get to run. */
export async function start({ args, dryRun }: Start, rendering: Rendering, cluster: Cluster): Promise<number> {
  const { kubectl, note } = cluster
  const { project, settings, services } = rendering
  const stages = chosenStages(rendering, args)
  const objects = stages.flatMap((stage) => stage.objects)
  const isMissing = await isNamespaceMissing(settings.namespace, cluster)
  if (isMissing && dryRun) {
    note(
      `namespace \`${settings.namespace}\` is not there yet, so the API server cannot check what would be made in it`,
    )
    return kubectl.run(['apply', '--dry-run=client', '--filename=-'], inputOf(objects))
  }
  if (isMissing) await kubectl.read(['create', '--filename=-'], namespaceText(settings.namespace ?? ''))
  const there = foundIn(
    await kubectl.read(['get', '--filename=-', '--ignore-not-found', '--output=json'], inputOf(objects)),
  )
  refuseForeign(there, project)
  const old = args.length > 0 ? [] : await undeclared(rendering, cluster)
  const replaced = [
    ...there.filter((found) => isToReplace(found, objects)),
    ...old.filter((found) => isSucceeded(found, rendering)),
  ]
  const words = applyWords(rendering)
  // What makes room first cannot be checked in its place.
  const going = new Set(replaced.map(referenceOfFound))
  const checked = objects.filter((object) => !going.has(referenceOf(object)))
  if (dryRun) {
    for (const found of new Set([...replaced, ...old])) note(`would delete ${referenceOfFound(found)}`)
    return checked.length === 0 ? 0 : kubectl.run([...words, '--dry-run=server'], inputOf(checked))
  }
  if (checked.length > 0) await kubectl.read([...words, '--dry-run=server'], inputOf(checked))
  await remove(replaced, settings.timeoutMs, cluster)
  for (const stage of stages) {
    const code = await kubectl.run(words, inputOf(stage.objects))
    if (code !== 0) return code
    await awaitAll(stage.awaited, { project, timeoutMs: settings.timeoutMs }, cluster)
  }
  const chosen = services.filter(({ workload }) => objects.includes(workload))
  await awaitAll(chosen.map(endOfStart), { project, timeoutMs: settings.timeoutMs }, cluster)
  await remove(
    old.filter((found) => !replaced.includes(found)),
    settings.timeoutMs,
    cluster,
  )
  return 0
}

function endOfStart({ workload }: { readonly workload: KubernetesObject }): Awaited {
  return { workload, until: 'ready' }
}

/** Without words from the config, so that nothing of it is in a list of processes. */
function applyWords({ settings }: Pick<Rendering, 'settings'>): readonly string[] {
  const conflicts = settings.takesOver ? ['--force-conflicts'] : []
  return [
    'apply',
    '--server-side',
    `--field-manager=${FIELD_MANAGER}`,
    '--validate=strict',
    ...conflicts,
    '--filename=-',
  ]
}

/** Named services come with all that they wait for. Throws OperatorProblem for a name that is none. */
function chosenStages({ stages, services, waits }: Rendering, names: readonly string[]): readonly Stage[] {
  if (names.length === 0) return stages
  requireServices(names, services)
  const chosen = new Set<string>()
  const choose = (name: string) => {
    chosen.add(name)
    for (const { target } of waits.get(name) ?? []) choose(target)
  }
  names.forEach(choose)
  const left = services.filter(({ service }) => !chosen.has(service.name))
  const without = new Set(left.flatMap(({ before, init, workload }) => [...before, ...(init ? [init] : []), workload]))
  return stages
    .map(({ objects, awaited }) => ({
      objects: objects.filter((object) => !without.has(object)),
      awaited: awaited.filter(({ workload }) => !without.has(workload)),
    }))
    .filter(({ objects }) => objects.length > 0)
}

export function requireServices(names: readonly string[], services: Rendering['services']): void {
  const known = services.map(({ service }) => service.name)
  const other = names.find((name) => !known.includes(name))
  if (other !== undefined)
    throw new OperatorProblem(
      `\`${other}\` is no service that is started, expected one of ${known.join(', ')}`,
      OPERATOR_EXIT.usage,
    )
}

/** Who may not look at namespaces is told by the first call that needs it. */
async function isNamespaceMissing(namespace: string | undefined, { kubectl }: Cluster): Promise<boolean> {
  if (namespace === undefined) return false
  return (await kubectl.ask(['get', 'namespace', namespace, '--ignore-not-found', '--output=name']))?.trim() === ''
}

function namespaceText(name: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: MANAGED_BY } })
}

/** Guards what others made: server-side apply would join its fields to theirs. */
export function refuseForeign(there: readonly Found[], project: string): void {
  const foreign = there.find((found) => !isOwn(found, project))
  if (!foreign) return
  const owner = foreign.labels[PROJECT_LABEL]
  throw new OperatorProblem(
    `${referenceOfFound(foreign)} is there already and ${owner === undefined ? 'was not made by octo' : `belongs to project \`${owner}\``}: give the service another name, or the project another \`configs.operator-kubernetes.namespace\``,
  )
}

/** What a change cannot reach: a Job that failed, and whether a Service has an address of its own. */
function isToReplace(found: Found, objects: readonly KubernetesObject[]): boolean {
  if (found.kind === 'Job') return conditionOf(found, 'Failed')?.status === 'True'
  if (found.kind !== 'Service') return false
  const wanted = objects.find((object) => referenceOf(object) === referenceOfFound(found))
  return (found.spec.clusterIP === 'None') !== (wanted?.spec?.clusterIP === 'None')
}

/** A workload of another kind takes the place of this one: they would run side by side. */
function isSucceeded({ kind, name }: Found, { services }: Rendering): boolean {
  return (
    kind !== 'Job' &&
    services.some(({ workload }) => workload.metadata.name === name && ['Deployment', 'StatefulSet'].includes(kind))
  )
}

/** Objects of the project that the config has no longer. */
async function undeclared({ project, stages }: Rendering, { kubectl }: Cluster): Promise<readonly Found[]> {
  const declared = new Set(stages.flatMap(({ objects }) => objects.map(referenceOf)))
  const [[key, value] = ['', '']] = Object.entries(MANAGED_BY)
  const found = foundIn(
    await kubectl.read(['get', PRUNED, `--selector=${PROJECT_LABEL}=${project},${key}=${value}`, '--output=json']),
  )
  // Asked for by label, and looked at once more: what is deleted is never somebody else's.
  return found.filter((one) => isOwn(one, project) && !declared.has(referenceOfFound(one)))
}

async function remove(found: readonly Found[], timeoutMs: number, { kubectl }: Cluster): Promise<void> {
  if (found.length === 0) return
  const timeout = `--timeout=${Math.ceil(timeoutMs / 1000)}s`
  await kubectl.read(['delete', ...found.map(referenceOfFound), '--ignore-not-found', '--wait=true', timeout])
}
