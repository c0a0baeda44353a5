// What the cluster says of objects, as far as it is read here. It may say anything: every part may be missing.
import type { Named } from '../../sdk/operator/index.ts'
import { isNamed, OPERATOR_EXIT, OperatorProblem } from '../../sdk/operator/index.ts'
import { MANAGED_BY, PROJECT_LABEL } from './objects.ts'

export type Found = {
  readonly kind: string
  readonly name: string
  readonly labels: Named
  /** When it was made, as text that sorts by time. */
  readonly created: string
  readonly generation: number
  readonly spec: Named
  readonly status: Named
}

/** The items of a list, or the one object, that `kubectl get --output=json` prints; throws OperatorProblem. */
export function foundIn(text: string): readonly Found[] {
  if (text.trim() === '') return []
  const data = parsed(text)
  const items = isNamed(data) && Array.isArray(data.items) ? data.items : [data]
  return items.filter(isNamed).map((item) => {
    const metadata = mapIn(item.metadata)
    return {
      kind: String(item.kind),
      name: String(metadata.name),
      labels: mapIn(metadata.labels),
      created: String(metadata.creationTimestamp ?? ''),
      generation: numberIn(metadata.generation),
      spec: mapIn(item.spec),
      status: mapIn(item.status),
    }
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new OperatorProblem('kubectl did not answer with JSON', OPERATOR_EXIT.unavailable)
  }
}

export function mapIn(value: unknown): Named {
  return isNamed(value) ? value : {}
}

export function listIn(value: unknown): readonly Named[] {
  return Array.isArray(value) ? value.filter(isNamed) : []
}

export function numberIn(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

export function isOwn({ labels }: Found, project: string): boolean {
  return labels[PROJECT_LABEL] === project && Object.entries(MANAGED_BY).every(([key, value]) => labels[key] === value)
}

/** Whether a condition of the object has this status. */
export function conditionOf({ status }: Found, type: string): Named | undefined {
  return listIn(status.conditions).find((condition) => condition.type === type)
}

export function referenceOfFound({ kind, name }: Pick<Found, 'kind' | 'name'>): string {
  return `${kind.toLowerCase()}/${name}`
}
