// What an API server does with objects, as far as an operator depends on it: schemas, names, fields with managers, what never
// changes, labels. Its controllers make pods and say how far they are, in one step.
import { KUBERNETES_VERSIONS, schemaProblems } from './schemas.ts'

// biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes that is looked into
export type Stored = any

export const RESOURCES = {
  pods: { kind: 'Pod', apiVersion: 'v1' },
  services: { kind: 'Service', apiVersion: 'v1' },
  configmaps: { kind: 'ConfigMap', apiVersion: 'v1' },
  secrets: { kind: 'Secret', apiVersion: 'v1' },
  persistentvolumeclaims: { kind: 'PersistentVolumeClaim', apiVersion: 'v1' },
  deployments: { kind: 'Deployment', apiVersion: 'apps/v1' },
  statefulsets: { kind: 'StatefulSet', apiVersion: 'apps/v1' },
  jobs: { kind: 'Job', apiVersion: 'batch/v1' },
  networkpolicies: { kind: 'NetworkPolicy', apiVersion: 'networking.k8s.io/v1' },
} as const
export type Resource = keyof typeof RESOURCES

/** A refusal in the form of the API. */
export class ApiProblem extends Error {
  readonly code: number
  readonly reason: string
  readonly causes: readonly object[]

  constructor(code: number, reason: string, message: string, causes: readonly object[] = []) {
    super(message)
    this.code = code
    this.reason = reason
    this.causes = causes
  }
}

type Patch = { readonly manager: string; readonly force?: boolean; readonly dryRun?: boolean }

export class Cluster {
  readonly objects = new Map<string, Stored>()
  readonly namespaces = new Set(['default'])
  /** What an object becomes once its controllers have seen it; ready by default. */
  settle: (object: Stored) => void = ready
  /** Every change, in order: `apply deployment/web`. */
  readonly changes: string[] = []

  get(resource: Resource, namespace: string, name: string): Stored {
    const found = this.objects.get(keyOf(resource, namespace, name))
    if (!found) throw new ApiProblem(404, 'NotFound', `${resource} "${name}" not found`)
    return found
  }

  list(resource: Resource, namespace: string, selector = ''): readonly Stored[] {
    return [...this.objects]
      .filter(([key]) => key.startsWith(keyOf(resource, namespace, '')))
      .map(([, object]) => object)
      .filter(({ metadata }) => matches(metadata.labels ?? {}, selector))
  }

  /** Server-side apply. */
  apply(
    resource: Resource,
    namespace: string,
    wanted: Stored,
    { manager, force = false, dryRun = false }: Patch,
  ): Stored {
    const { name } = wanted.metadata
    if (!this.namespaces.has(namespace)) throw new ApiProblem(404, 'NotFound', `namespaces "${namespace}" not found`)
    refuseInvalid(resource, wanted)
    const key = keyOf(resource, namespace, name)
    const old = this.objects.get(key)
    const next = merged(old, wanted, manager, force)
    if (old) refuseUnchangeable(resource, old, next)
    const isChanged = !old || JSON.stringify(old.spec) !== JSON.stringify(next.spec)
    next.metadata = {
      ...next.metadata,
      namespace,
      uid: old?.metadata.uid ?? `uid-${this.objects.size + 1}`,
      generation: (old?.metadata.generation ?? 0) + (isChanged ? 1 : 0),
      resourceVersion: String(this.changes.length + 1),
    }
    if (dryRun) return next
    this.changes.push(`apply ${next.kind.toLowerCase()}/${name}`)
    this.objects.set(key, next)
    if (isChanged) this.#reconcile(resource, namespace, next)
    return next
  }

  delete(resource: Resource, namespace: string, name: string): Stored {
    const found = this.get(resource, namespace, name)
    this.changes.push(`delete ${found.kind.toLowerCase()}/${name}`)
    this.objects.delete(keyOf(resource, namespace, name))
    for (const pod of this.list('pods', namespace).filter(({ owner }) => owner === found.metadata.uid))
      this.objects.delete(keyOf('pods', namespace, pod.metadata.name))
    return found
  }

  #reconcile(resource: Resource, namespace: string, object: Stored): void {
    if (!['deployments', 'statefulsets', 'jobs'].includes(resource)) return
    const { name, uid, generation } = object.metadata
    const { template } = object.spec
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      owner: uid,
      metadata: {
        name: `${name}-${generation}`,
        namespace,
        labels: {
          ...template.metadata.labels,
          ...(resource === 'jobs' ? { 'batch.kubernetes.io/job-name': name } : {}),
        },
      },
      spec: template.spec,
      status: { phase: 'Running' },
    }
    for (const old of this.list('pods', namespace).filter(({ owner }) => owner === uid))
      this.objects.delete(keyOf('pods', namespace, old.metadata.name))
    this.objects.set(keyOf('pods', namespace, pod.metadata.name), pod)
    this.settle(object)
    this.settle(pod)
  }
}

function keyOf(resource: string, namespace: string, name: string): string {
  return `${resource}/${namespace}/${name}`
}

/** `a=b,c in (d,e)` */
function matches(labels: Readonly<Record<string, string>>, selector: string): boolean {
  const terms = selector.match(/[^,(]+(\([^)]*\))?/g) ?? []
  return terms.every((term) => {
    const [, key = '', value] = /^\s*([^=\s]+)\s*={1,2}\s*(.*)$/.exec(term) ?? []
    if (value !== undefined) return labels[key] === value
    const [, name = '', list = ''] = /^\s*(\S+) in \(([^)]*)\)$/.exec(term) ?? []
    return list.split(',').includes(labels[name] ?? '')
  })
}

/** What controllers say when all goes well. */
export function ready(object: Stored): void {
  const replicas = object.spec.replicas ?? 1
  const { generation: observedGeneration } = object.metadata
  if (object.kind === 'Deployment')
    object.status = { observedGeneration, replicas, updatedReplicas: replicas, availableReplicas: replicas }
  if (object.kind === 'StatefulSet')
    object.status = { observedGeneration, replicas, updatedReplicas: replicas, readyReplicas: replicas }
  if (object.kind === 'Job') object.status = { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] }
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/

function refuseInvalid(resource: Resource, object: Stored): void {
  const { name, labels = {} } = object.metadata
  const problems = KUBERNETES_VERSIONS.flatMap((version) => schemaProblems(object, version))
  if (!LABEL.test(name) || (resource === 'services' && /^[0-9]/.test(name))) problems.push(`metadata.name: ${name}`)
  for (const value of [...Object.values(labels), ...Object.values(object.spec?.template?.metadata.labels ?? {})])
    if (!LABEL_VALUE.test(String(value))) problems.push(`metadata.labels: ${value}`)
  for (const value of Object.values(resource === 'secrets' ? (object.data ?? {}) : {}))
    if (Buffer.from(String(value), 'base64').toString('base64') !== value) problems.push('illegal base64 data')
  if (problems.length > 0)
    throw new ApiProblem(422, 'Invalid', `${object.kind} "${name}" is invalid: ${problems.join(', ')}`)
}

function refuseUnchangeable(resource: Resource, old: Stored, next: Stored): void {
  const fixed =
    resource === 'jobs'
      ? [old.spec.template, next.spec.template]
      : resource === 'services'
        ? [old.spec.clusterIP === 'None', next.spec.clusterIP === 'None']
        : [old.spec?.selector, next.spec?.selector]
  if (JSON.stringify(fixed[0]) !== JSON.stringify(fixed[1]))
    throw new ApiProblem(422, 'Invalid', `${next.kind} "${next.metadata.name}" is invalid: field is immutable`)
}

/** Each leaf has those who set it; lists are leaves. A leaf that its only manager sets no longer goes away. */
function merged(old: Stored | undefined, wanted: Stored, manager: string, force: boolean): Stored {
  const owners = new Map<string, string[]>(old?.owners ?? [])
  const next = structuredClone({ ...old, apiVersion: wanted.apiVersion, kind: wanted.kind, owners: undefined })
  const leaves = leavesOf(wanted)
  const conflicts = [...leaves].flatMap(([path, value]) => {
    const others = (owners.get(path) ?? []).filter((one) => one !== manager)
    return others.length > 0 && JSON.stringify(at(old, path)) !== JSON.stringify(value) ? [{ path, others }] : []
  })
  if (conflicts.length > 0 && !force) throw conflictOf(conflicts)
  for (const { path } of conflicts) owners.delete(path)
  for (const [path, managers] of [...owners])
    if (managers.includes(manager) && !leaves.has(path)) {
      if (managers.length === 1) put(next, path, undefined)
      owners.set(
        path,
        managers.filter((one) => one !== manager),
      )
    }
  for (const [path, value] of leaves) {
    put(next, path, value)
    owners.set(path, [...new Set([...(owners.get(path) ?? []), manager])])
  }
  return { ...next, owners }
}

function conflictOf(conflicts: readonly { readonly path: string; readonly others: readonly string[] }[]): ApiProblem {
  const causes = conflicts.map(({ path, others }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${others[0]}"`,
    field: `.${path.split('\0').join('.')}`,
  }))
  const [first] = causes
  return new ApiProblem(
    409,
    'Conflict',
    `Apply failed with ${causes.length} conflict: ${first?.message}: ${first?.field}`,
    causes,
  )
}

function leavesOf(
  object: Stored,
  path: readonly string[] = [],
  found = new Map<string, unknown>(),
): Map<string, unknown> {
  for (const [key, value] of Object.entries(object)) {
    const place = [...path, key]
    if (path.length === 0 && ['apiVersion', 'kind'].includes(key)) continue
    if (path[0] === 'metadata' && ['name', 'namespace'].includes(key) && path.length === 1)
      found.set(place.join('\0'), value)
    else if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0)
      leavesOf(value, place, found)
    else found.set(place.join('\0'), value)
  }
  return found
}

function at(object: Stored, path: string): unknown {
  return path.split('\0').reduce((inner, key) => inner?.[key], object)
}

function put(object: Stored, path: string, value: unknown): void {
  const keys = path.split('\0')
  const last = keys.pop() ?? ''
  let inner = object
  for (const key of keys) inner = inner[key] ??= {}
  if (value === undefined) delete inner[last]
  else inner[last] = structuredClone(value)
}
