// The objects of Kubernetes that are made here, with the labels by which they are known as this project's.
import type { Named } from '../../sdk/operator/index.ts'
import { joinedName } from './names.ts'

const KINDS = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  Job: 'batch/v1',
  Service: 'v1',
  ConfigMap: 'v1',
  Secret: 'v1',
  PersistentVolumeClaim: 'v1',
  NetworkPolicy: 'networking.k8s.io/v1',
} as const
export type Kind = keyof typeof KINDS

export type KubernetesObject = {
  readonly apiVersion: string
  readonly kind: Kind
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: Named
  readonly type?: string
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, string>>
}

export const PROJECT_LABEL = 'octo.project'
export const SERVICE_LABEL = 'octo.service'
/** Tells pods that serve from those of a step of `init`. */
export const PART_LABEL = 'octo.part'
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'octo' } as const

export type Owner = { readonly project: string; readonly namespace?: string }

type Body = Pick<KubernetesObject, 'spec' | 'type' | 'data' | 'binaryData'>
type Labelled = {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** An object of the project. */
export function objectOf(
  owner: Owner,
  kind: Kind,
  { name, labels = {}, annotations }: Labelled,
  body: Body,
): KubernetesObject {
  return {
    apiVersion: KINDS[kind],
    kind,
    metadata: {
      name,
      ...(owner.namespace === undefined ? {} : { namespace: owner.namespace }),
      labels: { ...MANAGED_BY, [PROJECT_LABEL]: owner.project, ...labels },
      ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    ...body,
  }
}

/** What a Service of the cluster sends work to. */
export function selectorOf(project: string, name: string): Readonly<Record<string, string>> {
  return { [PROJECT_LABEL]: project, [SERVICE_LABEL]: name, [PART_LABEL]: 'service' }
}

/** `deployment/web`, as kubectl takes it. */
export function referenceOf({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return `${kind.toLowerCase()}/${metadata.name}`
}

/** Named after the project: two projects of one namespace may both have a volume `data`. */
export function projectName({ project }: Owner, ...parts: readonly string[]): string {
  return joinedName(project, ...parts)
}
