// How far workloads have come, from what the API server says of them and of their pods. Pure.
import type { Named } from '../../sdk/operator/index.ts'
import type { Found } from './found.ts'
import { conditionOf, listIn, mapIn, numberIn } from './found.ts'
import { PART_LABEL, referenceOf, SERVICE_LABEL } from './objects.ts'
import type { Awaited } from './stages.ts'

type Progress =
  | { readonly state: 'reached' }
  /** `isStuck`: it will most likely stay so, but Kubernetes goes on trying. */
  | { readonly state: 'waiting'; readonly reason: string; readonly isStuck: boolean }
  /** Nothing will change it. */
  | { readonly state: 'failed'; readonly reason: string }

/** `found` are the workloads and pods of the project. */
export function progressOf({ workload, until }: Awaited, found: readonly Found[]): Progress {
  const { kind, metadata } = workload
  const own = found.find((object) => object.kind === kind && object.name === metadata.name)
  const name = referenceOf(workload)
  if (!own) return waiting(`${name} is not there yet`)
  const pods = podsOf(own, found)
  const missing = kind === 'Job' ? jobProgress(own, until) : servingProgress(own)
  if (missing === undefined) return { state: 'reached' }
  const trouble = pods.map(troubleOf).find((one) => one !== undefined)
  const reason = `${name}: ${missing.reason}${trouble ? `; ${trouble.reason}` : ''}`
  if (missing.isFinal || trouble?.isFinal) return { state: 'failed', reason }
  return { state: 'waiting', reason, isStuck: trouble?.isStuck ?? false }
}

function waiting(reason: string): Progress {
  return { state: 'waiting', reason, isStuck: false }
}

type Missing = { readonly reason: string; readonly isFinal?: boolean }

/** As `kubectl rollout status` counts: all replicas are of the new form, and all of them are there. */
function servingProgress(own: Found): Missing | undefined {
  const { status, generation, spec, kind } = own
  const wanted = spec.replicas === undefined ? 1 : numberIn(spec.replicas)
  const isSeen = numberIn(status.observedGeneration) >= generation
  if (!isSeen) return { reason: 'the change is not seen yet' }
  const late = conditionOf(own, 'Progressing')
  if (late?.status === 'False') return { reason: String(late.message ?? 'its progress has ended'), isFinal: true }
  const updated = numberIn(status.updatedReplicas)
  if (updated < wanted) return { reason: `${updated} of ${wanted} are of the new form` }
  const there = numberIn(kind === 'StatefulSet' ? status.readyReplicas : status.availableReplicas)
  if (there < wanted) return { reason: `${there} of ${wanted} are ready` }
  if (numberIn(status.replicas) > updated) return { reason: 'old ones are still ending' }
  return undefined
}

function jobProgress(own: Found, until: Awaited['until']): Missing | undefined {
  if (conditionOf(own, 'Complete')?.status === 'True') return undefined
  const failed = conditionOf(own, 'Failed')
  if (failed?.status === 'True') return { reason: String(failed.message ?? 'it failed'), isFinal: true }
  if (until === 'ready' && numberIn(own.status.ready) > 0) return undefined
  return { reason: until === 'ready' ? 'it does not run yet' : 'it has not ended yet' }
}

/** What is wrong with pods of an earlier form is over with them. */
function podsOf(own: Found, found: readonly Found[]): readonly Found[] {
  const service = own.labels[SERVICE_LABEL]
  const pods = found.filter(({ kind, labels }) => kind === 'Pod' && labels[SERVICE_LABEL] === service)
  if (own.kind === 'Job')
    return pods.filter(({ labels }) => [labels['batch.kubernetes.io/job-name'], labels['job-name']].includes(own.name))
  return ofNewestForm(
    own,
    pods.filter(({ labels, status }) => labels[PART_LABEL] === 'service' && status.phase !== 'Succeeded'),
  )
}

/** None, as long as none is there: until then the last ones made are of the form before. */
function ofNewestForm({ status, generation }: Found, pods: readonly Found[]): readonly Found[] {
  if (numberIn(status.observedGeneration) < generation || numberIn(status.updatedReplicas) === 0) return []
  const last = pods.reduce<Found | undefined>(
    (one, next) => (one && one.created > next.created ? one : next),
    undefined,
  )
  return pods.filter((pod) => formOf(pod) === formOf(last))
}

function formOf(pod: Found | undefined): unknown {
  return pod?.labels['controller-revision-hash'] ?? pod?.labels['pod-template-hash']
}

type Trouble = { readonly reason: string; readonly isFinal: boolean; readonly isStuck: boolean }

/** No try of Kubernetes changes these. */
const FINAL = ['InvalidImageName', 'ErrImageNeverPull']
const STUCK = [
  'ImagePullBackOff',
  'ErrImagePull',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]

function troubleOf(pod: Found): Trouble | undefined {
  const { status, name } = pod
  const containers = [...listIn(status.initContainerStatuses), ...listIn(status.containerStatuses)]
  for (const container of containers) {
    const found = troubleOfContainer(container)
    if (found) return { ...found, reason: `pod ${name}: ${found.reason}` }
  }
  const scheduled = conditionOf(pod, 'PodScheduled')
  if (scheduled?.status !== 'False') return undefined
  return { reason: `pod ${name}: ${said(scheduled)}`, isFinal: false, isStuck: false }
}

function troubleOfContainer(container: Named): Trouble | undefined {
  const waitingFor = mapIn(mapIn(container.state).waiting)
  const ended = { ...mapIn(mapIn(container.lastState).terminated), ...mapIn(mapIn(container.state).terminated) }
  const reason = String(waitingFor.reason ?? '')
  const exit =
    ended.exitCode === undefined || ended.exitCode === 0
      ? ''
      : `container \`${container.name}\` ended with exit code ${ended.exitCode}${ended.reason === 'OOMKilled' ? ' for want of memory' : ''}`
  if (exit !== '') return { reason: exit, isFinal: false, isStuck: reason === 'CrashLoopBackOff' }
  if (![...FINAL, ...STUCK].includes(reason)) return undefined
  return {
    reason: `container \`${container.name}\`: ${said(waitingFor)}`,
    isFinal: FINAL.includes(reason),
    isStuck: STUCK.includes(reason),
  }
}

function said({ reason, message }: Named): string {
  return [reason, message]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(': ')
    .replace(/\s+/g, ' ')
    .slice(0, 300)
}
