// `volumes` and `tmpfs` of a service. A named volume becomes a claim that all services of the project share, as in Compose; a
// path of this machine is nothing that a cluster has.
import type { Named, OperatedService, OperatorConfig } from '../../sdk/operator/index.ts'
import { isNamed, OperatorProblem } from '../../sdk/operator/index.ts'
import type { Mounts } from './mounts.ts'
import { joinedName } from './names.ts'
import type { KubernetesObject } from './objects.ts'
import { objectOf, projectName } from './objects.ts'
import { repoFileIn } from './repo-files.ts'
import { bytesOf, refuseOthers } from './resources.ts'
import type { Work } from './work.ts'
import { problemOf } from './work.ts'

type Wanted =
  | {
      readonly kind: 'claim'
      readonly source: string
      readonly target: string
      readonly subPath?: string
      readonly isReadOnly: boolean
    }
  | { readonly kind: 'empty'; readonly target: string; readonly inMemory: boolean; readonly size?: string }

/** Throws OperatorProblem for a volume that no pod can have. */
export function volumeMounts(service: OperatedService, work: Work): Mounts & { readonly claims: readonly Claim[] } {
  const wanted = wantedVolumes(service, work.config)
  const claims: Claim[] = []
  const volumes: Record<string, Named> = {}
  const mounts = wanted.map((one, index) => {
    if (one.kind === 'empty') {
      const name = `empty-${index}`
      volumes[name] = {
        emptyDir: { ...(one.inMemory ? { medium: 'Memory' } : {}), ...(one.size ? { sizeLimit: one.size } : {}) },
      }
      return { name, mountPath: one.target }
    }
    const claim = { volume: one.source, ...claimOf(service, one.source, work), isWritten: !one.isReadOnly }
    claims.push(claim)
    const name = joinedName('volume', one.source)
    volumes[name] = { persistentVolumeClaim: { claimName: claim.claimName } }
    return {
      name,
      mountPath: one.target,
      ...(one.subPath === undefined ? {} : { subPath: one.subPath }),
      ...(one.isReadOnly ? { readOnly: true as const } : {}),
    }
  })
  return { volumes, mounts, claims }
}

/** That a service uses a volume. */
export type Claim = {
  readonly volume: string
  readonly claimName: string
  /** Somebody else made it, and it is not ours to make. */
  readonly isExternal: boolean
  readonly isWritten: boolean
}

function claimOf(
  service: OperatedService,
  volume: string,
  { config, owner }: Work,
): Pick<Claim, 'claimName' | 'isExternal'> {
  const all = isNamed(config.rest.volumes) ? config.rest.volumes : {}
  if (!Object.hasOwn(all, volume))
    throw problemOf(service, `volume \`${volume}\` is not among the \`volumes\` of the config`)
  const said = isNamed(all[volume]) ? all[volume] : {}
  const other = Object.keys(said).find((key) => !['name', 'external', 'labels', 'driver'].includes(key))
  if (other !== undefined || (said.driver !== undefined && said.driver !== 'local'))
    throw new OperatorProblem(
      `volume \`${volume}\` has \`${other ?? 'driver'}\`, which cannot be written for Kubernetes: \`configs.operator-kubernetes.volumes.${volume}\` takes \`size\`, \`storage_class\` and \`access_mode\``,
    )
  const isExternal = said.external === true
  const name = typeof said.name === 'string' ? said.name : isExternal ? volume : undefined
  return { claimName: name === undefined ? projectName(owner, volume) : joinedName(name), isExternal }
}

/** The claims of all services, each once. Several pods share a volume only where it can be mounted by many. */
export function claimObjects(
  used: readonly (readonly [service: string, claims: readonly Claim[], replicas: number])[],
  { owner, settings, note }: Work,
): KubernetesObject[] {
  const all = Map.groupBy(
    used.flatMap(([service, claims, replicas]) => claims.map((claim) => ({ ...claim, service, replicas }))),
    ({ claimName }) => claimName,
  )
  return [...all].flatMap(([name, users]) => {
    const [{ volume, isExternal } = { volume: '', isExternal: true }] = users
    if (isExternal) return []
    const isShared = new Set(users.map(({ service }) => service)).size > 1 || users.some(({ replicas }) => replicas > 1)
    const { size, storageClass, accessMode = isShared ? 'ReadWriteMany' : 'ReadWriteOnce' } = settings.volume(volume)
    if (isShared && accessMode === 'ReadWriteMany' && settings.volume(volume).accessMode === undefined)
      note(
        `volume \`${volume}\` has several users, so it asks for ReadWriteMany: where the cluster has one node, \`configs.operator-kubernetes.volumes.${volume}.access_mode: ReadWriteOnce\` is enough`,
      )
    return [
      objectOf(
        owner,
        'PersistentVolumeClaim',
        { name },
        {
          spec: {
            accessModes: [accessMode],
            resources: { requests: { storage: size } },
            ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
          },
        },
      ),
    ]
  })
}

function wantedVolumes(service: OperatedService, config: OperatorConfig): readonly Wanted[] {
  const { volumes = [], tmpfs = [], shm_size: shared } = service.compose
  if (!Array.isArray(volumes)) throw problemOf(service, '`volumes` is no list')
  return [
    ...volumes
      .filter((item) => !repoFileIn(item, config))
      .map((item) => (isNamed(item) ? longVolume(service, item) : shortVolume(service, String(item)))),
    ...[tmpfs].flat().map((item) => inMemory(service, String(item))),
    ...(shared === undefined ? [] : [memory('/dev/shm', bytesOf(service, shared))]),
  ]
}

function memory(target: string, size?: string): Wanted {
  return { kind: 'empty', target, inMemory: true, ...(size === undefined ? {} : { size }) }
}

/** `/run`, `/run:size=64m` */
function inMemory(service: OperatedService, text: string): Wanted {
  const [target = '', options = ''] = text.split(':')
  const [, size] = /^size=([^,]+)$/.exec(options) ?? []
  if (options !== '' && size === undefined)
    throw problemOf(service, `\`${options}\` of tmpfs \`${target}\` cannot be written for Kubernetes`)
  return memory(target, size === undefined ? undefined : bytesOf(service, size))
}

function shortVolume(service: OperatedService, text: string): Wanted {
  const [first = '', target, options = '', ...more] = text.split(':')
  if (more.length > 0) throw problemOf(service, `\`${text}\` is no volume`)
  if (target === undefined) return { kind: 'empty', target: first, inMemory: false }
  const unknown = options.split(',').find((option) => !['', 'ro', 'rw', 'z', 'Z', 'nocopy'].includes(option))
  if (unknown !== undefined)
    throw problemOf(service, `\`${unknown}\` of volume \`${text}\` cannot be written for Kubernetes`)
  if (/^[.~/\\]/.test(first)) throw ofTheMachine(service, first)
  return { kind: 'claim', source: first, target, isReadOnly: options.split(',').includes('ro') }
}

function longVolume(service: OperatedService, item: Named): Wanted {
  const { type, source, target, read_only: readOnly } = item
  if (type === 'bind') throw ofTheMachine(service, String(source))
  refuseOthers(service, 'volumes', item, ['type', 'source', 'target', 'read_only', 'volume', 'tmpfs'])
  const place = String(target ?? '')
  if (type === 'tmpfs') {
    const more = isNamed(item.tmpfs) ? item.tmpfs : {}
    refuseOthers(service, 'volumes.tmpfs', more, ['size'])
    return memory(place, more.size === undefined ? undefined : bytesOf(service, more.size))
  }
  if (type !== undefined && type !== 'volume')
    throw problemOf(service, `a volume of type \`${type}\` cannot be written for Kubernetes`)
  if (source === undefined || source === null) return { kind: 'empty', target: place, inMemory: false }
  const more = isNamed(item.volume) ? item.volume : {}
  refuseOthers(service, 'volumes.volume', more, ['nocopy', 'subpath'])
  return {
    kind: 'claim',
    source: String(source),
    target: place,
    isReadOnly: readOnly === true,
    ...(typeof more.subpath === 'string' ? { subPath: more.subpath } : {}),
  }
}

function ofTheMachine(service: OperatedService, path: string): Error {
  return problemOf(
    service,
    `\`${path}\` is a path of this machine, which a cluster does not have: name a file below \`repos.files\` and mount \`{{.repos.files.NAME.path}}\`, and data as a named volume`,
  )
}
