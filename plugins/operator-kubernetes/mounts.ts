// What a container finds in its file system: a volume of the pod, and the place where it is mounted.
import type { Named, OperatedService } from '../../sdk/operator/index.ts'
import { problemOf } from './work.ts'

export type Mounts = {
  /** Volumes of the pod by their names. */
  readonly volumes: Readonly<Record<string, Named>>
  readonly mounts: readonly Mount[]
}

export type Mount = {
  readonly name: string
  readonly mountPath: string
  readonly subPath?: string
  readonly readOnly?: true
}

/** Throws OperatorProblem where two things would lie in one place, or where a place is none. */
export function joinMounts(service: OperatedService, all: readonly Mounts[]): Mounts {
  const mounts = all.flatMap((one) => one.mounts)
  for (const [index, { mountPath }] of mounts.entries()) {
    if (!mountPath.startsWith('/') || mountPath.includes(':') || mountPath.split('/').includes('..'))
      throw problemOf(service, `\`${mountPath}\` is no place in a container, expected an absolute path`)
    if (mounts.findIndex((other) => other.mountPath === mountPath) !== index)
      throw problemOf(service, `two things would be mounted at \`${mountPath}\``)
  }
  return { volumes: Object.assign({}, ...all.map((one) => one.volumes)), mounts }
}
