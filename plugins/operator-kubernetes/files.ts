// Files that a service is given: `configs`, made of the config's values or taken from a repo, and `secrets` of Compose. What is
// made of values goes into a Secret, as nobody can tell which of them are secret.
import { basename } from 'node:path'
import type { Named, OperatedService } from '../../sdk/operator/index.ts'
import { configFile, isNamed, mountedConfigs, OperatorProblem } from '../../sdk/operator/index.ts'
import type { Mount, Mounts } from './mounts.ts'
import { joinedName } from './names.ts'
import type { KubernetesObject } from './objects.ts'
import { objectOf, projectName, SERVICE_LABEL } from './objects.ts'
import { repoFileIn } from './repo-files.ts'
import { refuseOthers } from './resources.ts'
import type { Work } from './work.ts'
import { problemOf } from './work.ts'

type File = {
  readonly key: string
  readonly content: Buffer
  readonly isSecret: boolean
  readonly target: string
  readonly mode?: number
}

export type Files = Mounts & { readonly objects: readonly KubernetesObject[] }

/** Of all files of one Secret or ConfigMap: what an API server takes. */
const MAX_BYTES = 1024 * 1024
const CONFIG_FOLDER = '/etc/octo'

/** `configs` of a service, and the file that `config: {file}` hands over; throws OperatorProblem. */
export function fileMounts(name: string, service: OperatedService, work: Work): Files {
  const files = [...configsOf(service, work), ...handedOver(service, work)]
  const parts = [true, false].map((isSecret) => {
    const own = files.filter((file) => file.isSecret === isSecret)
    return own.length === 0 ? [] : [holder(name, own, { service, work })]
  })
  return together(parts.flat())
}

/** Words behind those of the service, as on bare metal. */
export function handedOverWords({ name, settings }: OperatedService): readonly string[] {
  const format = formatOf(settings)
  return format === undefined ? [] : ['--config', `${CONFIG_FOLDER}/${name}.${format}`]
}

function formatOf({ config }: Named): string | undefined {
  return isNamed(config) && typeof config.file === 'string' ? config.file : undefined
}

function handedOver(service: OperatedService, { config }: Work): readonly File[] {
  const [, target] = handedOverWords(service)
  if (target === undefined) return []
  const values = { ...config, configs: { [service.name]: config.configs[service.name] ?? {} } }
  const { text = '' } = configFile({ source: service.name, target, rest: {} }, values, '/')
  return [{ key: basename(target), content: Buffer.from(text), isSecret: true, target }]
}

function configsOf(service: OperatedService, { config, given }: Work): readonly File[] {
  const { configs, volumes } = service.compose
  const ofVolumes = [volumes ?? []].flat().flatMap((item) => repoFileIn(item, config) ?? [])
  const all = [...mountedConfigs(service.name, configs), ...ofVolumes.map((one) => ({ ...one, rest: {} as Named }))]
  return all.map((mounted) => {
    const { source, target, rest } = mounted
    refuseOthers(service, 'configs', rest, ['mode'])
    const { path, text } = configFile(mounted, config, '/')
    const offered = config.repos.files[source]
    // A template was filled in with the config's values.
    const isSecret = text !== undefined || !isNamed(offered) || offered.template === true
    const content = text === undefined ? given.readFile(path) : Buffer.from(text)
    const key = text === undefined ? source : basename(path)
    return { key, content, isSecret, target, ...modeOf(service, rest.mode) }
  })
}

type Of = { readonly service: OperatedService; readonly work: Work }

function holder(workload: string, files: readonly File[], { service, work }: Of): Files {
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0)
  if (bytes > MAX_BYTES)
    throw problemOf(service, `its config files have ${bytes} bytes, expected up to ${MAX_BYTES} for Kubernetes`)
  const isSecret = files.some((file) => file.isSecret)
  const volume = isSecret ? 'values' : 'files'
  const name = joinedName(workload, volume)
  const items = files.map(({ key, mode }) => ({ key, path: key, ...(mode === undefined ? {} : { mode }) }))
  const seen = [...new Map(items.map((item) => [item.key, item])).values()]
  const labels = { [SERVICE_LABEL]: workload }
  return {
    volumes: {
      [volume]: isSecret ? { secret: { secretName: name, items: seen } } : { configMap: { name, items: seen } },
    },
    mounts: files.map(({ key, target }) => fileMount(volume, target, key)),
    objects: [objectOf(work.owner, isSecret ? 'Secret' : 'ConfigMap', { name, labels }, dataOf(files, isSecret))],
  }
}

/** Over one file of the image and not over its folder. */
function fileMount(name: string, mountPath: string, subPath: string): Mount {
  return { name, mountPath, subPath, readOnly: true }
}

function dataOf(files: readonly File[], isSecret: boolean): Pick<KubernetesObject, 'data' | 'binaryData' | 'type'> {
  const base64 = (some: readonly File[]) =>
    Object.fromEntries(some.map(({ key, content }) => [key, content.toString('base64')]))
  if (isSecret) return { type: 'Opaque', data: base64(files) }
  const texts = files.filter(({ content }) => isText(content))
  const others = files.filter(({ content }) => !isText(content))
  return {
    ...(texts.length > 0
      ? { data: Object.fromEntries(texts.map(({ key, content }) => [key, content.toString()])) }
      : {}),
    ...(others.length > 0 ? { binaryData: base64(others) } : {}),
  }
}

function isText(content: Buffer): boolean {
  return Buffer.from(content.toString()).equals(content)
}

const SECRETS_FOLDER = '/run/secrets'

/** `secrets` of a service, each of which is a Secret of the project or one that is there already; throws OperatorProblem. */
export function secretMounts(service: OperatedService, work: Work): Files {
  const { secrets = [] } = service.compose
  if (!Array.isArray(secrets)) throw problemOf(service, '`secrets` is no list')
  return together(
    secrets.map((item) => {
      const { source, target, ...rest } = isNamed(item) ? item : ({ source: item } as Named)
      refuseOthers(service, 'secrets', rest, ['mode'])
      const name = String(source)
      const secret = secretOf(name, work)
      const place = String(target ?? name)
      const volume = joinedName('secret', name)
      const mode = modeOf(service, rest.mode)
      return {
        volumes: { [volume]: { secret: { secretName: secret.name, items: [{ key: name, path: name, ...mode }] } } },
        mounts: [fileMount(volume, place.startsWith('/') ? place : `${SECRETS_FOLDER}/${place}`, name)],
        objects: secret.objects,
      }
    }),
  )
}

type FoundSecret = { readonly name: string; readonly objects: readonly KubernetesObject[] }

function secretOf(name: string, { config, owner, given }: Work): FoundSecret {
  const said = isNamed(config.rest.secrets) ? config.rest.secrets[name] : undefined
  if (!isNamed(said)) throw new OperatorProblem(`secret \`${name}\` is not among the \`secrets\` of the config`)
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw new OperatorProblem(`secret \`${name}\` cannot be called so in Kubernetes`)
  if (said.external === true) return { name: typeof said.name === 'string' ? said.name : name, objects: [] }
  const other = Object.keys(said).find((key) => !['name', 'external', 'file', 'environment'].includes(key))
  if (other !== undefined)
    throw new OperatorProblem(`\`${other}\` of secret \`${name}\` cannot be written for Kubernetes`)
  const content = contentOf(name, said, given)
  const own = typeof said.name === 'string' ? joinedName(said.name) : projectName(owner, 'secret', name)
  const data = { [name]: content.toString('base64') }
  return { name: own, objects: [objectOf(owner, 'Secret', { name: own }, { type: 'Opaque', data })] }
}

function contentOf(name: string, { file, environment }: Named, given: Work['given']): Buffer {
  if (typeof file === 'string') return given.readFile(file)
  const text = typeof environment === 'string' ? given.variable(environment) : undefined
  if (text !== undefined) return Buffer.from(text)
  throw new OperatorProblem(
    typeof environment === 'string'
      ? `secret \`${name}\` comes from the variable \`${environment}\`, which is not set`
      : `secret \`${name}\` has neither \`file\` nor \`environment\` nor \`external: true\``,
  )
}

function modeOf(service: OperatedService, mode: unknown): { readonly mode?: number } {
  if (mode === undefined || mode === null) return {}
  if (typeof mode === 'string' && /^0?[0-7]{3}$/.test(mode)) return { mode: Number.parseInt(mode, 8) }
  throw problemOf(service, `\`mode\` is \`${String(mode)}\`, expected an octal text such as \`"0440"\``)
}

function together(all: readonly Files[]): Files {
  return {
    volumes: Object.assign({}, ...all.map(({ volumes }) => volumes)),
    mounts: all.flatMap(({ mounts }) => mounts),
    objects: all.flatMap(({ objects }) => objects),
  }
}
