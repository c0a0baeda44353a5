// `configs.operator-kubernetes`: where the cluster is, and what Compose has no words for.
import type { Named, OperatorConfig } from '../../sdk/operator/index.ts'
import { isNamed, OperatorProblem, optional, parseDuration } from '../../sdk/operator/index.ts'

const PLACE = 'configs.operator-kubernetes'

const PUBLISHED = ['none', 'NodePort', 'LoadBalancer'] as const
const ACCESS = ['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany'] as const

type VolumeSettings = {
  readonly size: string
  readonly storageClass?: string
  readonly accessMode?: (typeof ACCESS)[number]
}

export type Settings = {
  readonly namespace?: string
  readonly context?: string
  /** What ports that a service publishes become. */
  readonly publish: (typeof PUBLISHED)[number]
  /** The longest wait for one step of a start. */
  readonly timeoutMs: number
  /** Whether fields that somebody else has changed since are taken back. */
  readonly takesOver: boolean
  readonly volume: (name: string) => VolumeSettings
}

const KEYS = ['namespace', 'context', 'publish', 'timeout', 'conflicts', 'volumes']
const VOLUME_KEYS = ['size', 'storage_class', 'access_mode']
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const QUANTITY = /^[1-9][0-9]*(\.[0-9]+)?([KMGTP]i?|k)?$/
const DEFAULT_TIMEOUT_MS = 300_000
const DEFAULT_SIZE = '1Gi'

/** Throws OperatorProblem for a setting that is none. */
export function settingsOf({ configs, octoctl }: OperatorConfig): Settings {
  const own = optional(configs['operator-kubernetes'], `\`${PLACE}\``)
  refuseOthers(own, KEYS, PLACE)
  const volumes = optional(own.volumes, `\`${PLACE}.volumes\``)
  const namespace = textIn(own.namespace ?? octoctl.namespace, { key: 'namespace', like: LABEL, example: 'shop' })
  const context = textIn(own.context, { key: 'context', like: /^[^-\s].*$/, example: 'production' })
  const timeoutMs = own.timeout === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(String(own.timeout))
  if (!timeoutMs) throw new OperatorProblem(`\`${PLACE}.timeout\` is \`${own.timeout}\`, expected for example \`10m\``)
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(context === undefined ? {} : { context }),
    publish: oneOf(own.publish ?? 'none', PUBLISHED, 'publish'),
    timeoutMs,
    takesOver: oneOf(own.conflicts ?? 'refuse', ['refuse', 'take over'] as const, 'conflicts') === 'take over',
    volume: (name) => volumeOf(name, volumes[name]),
  }
}

function volumeOf(name: string, said: unknown): VolumeSettings {
  const place = `volumes.${name}`
  const settings = optional(said, `\`${PLACE}.${place}\``)
  refuseOthers(settings, VOLUME_KEYS, `${PLACE}.${place}`)
  const { storage_class: storageClass, access_mode: accessMode } = settings
  const size = textIn(settings.size, { key: `${place}.size`, like: QUANTITY, example: '10Gi' })
  const named = textIn(storageClass, { key: `${place}.storage_class`, like: /^[a-z0-9][a-z0-9.-]*$/, example: 'fast' })
  return {
    size: size ?? DEFAULT_SIZE,
    ...(named === undefined ? {} : { storageClass: named }),
    ...(accessMode === undefined ? {} : { accessMode: oneOf(accessMode, ACCESS, `${place}.access_mode`) }),
  }
}

function refuseOthers(map: Named, known: readonly string[], place: string): void {
  const other = Object.keys(map).find((key) => !known.includes(key))
  if (other === undefined) return
  throw new OperatorProblem(`\`${place}.${other}\` is no setting, expected one of ${known.join(', ')}`)
}

type Expected = { readonly key: string; readonly like: RegExp; readonly example: string }

function textIn(value: unknown, { key, like, example }: Expected): string | undefined {
  if (value === undefined || value === null) return undefined
  if (!isNamed(value) && like.test(String(value))) return String(value)
  throw new OperatorProblem(`\`${PLACE}.${key}\` is \`${String(value)}\`, expected for example \`${example}\``)
}

function oneOf<Word extends string>(value: unknown, words: readonly Word[], key: string): Word {
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  throw new OperatorProblem(`\`${PLACE}.${key}\` is \`${String(value)}\`, expected one of ${words.join(', ')}`)
}
