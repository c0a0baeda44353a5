// A registry of components as others run it, in this process: whoever writes there may put anything, under any tag. Component versions
// are written and signed as OCM does.
import type { KeyObject } from 'node:crypto'
import { constants, createHash, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import type { Descriptor, OcmDigest } from '../../../schemas/component/descriptor.ts'
import { normalised } from '../../../schemas/component/normalised.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import type { ComponentKey as PinnedKey } from '../../../schemas/trust-key.ts'
import { COMPONENT_KINDS, parsePublicKey } from '../../../schemas/trust-key.ts'
import { listening } from '../machine/listening.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const DESCRIPTOR = 'application/vnd.ocm.software.component-descriptor.v2+json'
const CONFIG = 'application/vnd.ocm.software.component.config.v1+json'

type ComponentKey = { readonly trustKey: PinnedKey; readonly privateKey: KeyObject; readonly pem: string }

export function issueComponentKey(bits = 2048): ComponentKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  return { trustKey: parsePublicKey(pem, 'test', COMPONENT_KINDS), privateKey, pem }
}

type DraftResource = {
  name: string
  version: string
  type: string
  relation: string
  extraIdentity: Record<string, string>
  access: { type: string; localReference?: string; mediaType?: string }
  digest?: OcmDigest
}

type DraftReference = {
  name: string
  version: string
  componentName: string
  labels?: { name: string; value: unknown }[]
  digest?: OcmDigest
}

export type DraftComponent = {
  name: string
  version: string
  provider: string
  labels?: { name: string; value: unknown; signing?: boolean }[]
  resources: DraftResource[]
  sources: object[]
  componentReferences: DraftReference[]
}

/** A plugin with a program for each `os/architecture`. */
export function aPluginComponent(
  files: Readonly<Record<string, Buffer>>,
  { name = 'acme.org/plugins/hello', version = '1.0.0' } = {},
): DraftComponent {
  const resources = Object.entries(files).map(([platform, bytes]): DraftResource => {
    const [os = '', architecture = ''] = platform.split('/')
    const [digest, id] = [digestOf(bytes), name.slice(name.lastIndexOf('/') + 1)]
    return {
      ...{ name: id, version, type: 'ocmPlugin', relation: 'local', extraIdentity: { os, architecture } },
      access: { type: 'localBlob/v1', localReference: digest, mediaType: 'application/octet-stream' },
      digest: { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'genericBlobDigest/v1', value: hexOf(digest) },
    }
  })
  return { name, version, provider: 'acme.org', resources, sources: [], componentReferences: [] }
}

const LIST = 'acme.org/plugin-registry'

/** The list of a registry; `digests: false` as some write it, without any digest of what it lists. */
export function aListComponent(
  plugins: readonly DraftComponent[],
  { version = '1.0.0', digests = true } = {},
): DraftComponent {
  const references = plugins.map((plugin): DraftReference => {
    const { name: componentName, version: of } = plugin
    const name = componentName.slice(componentName.lastIndexOf('/') + 1)
    const info = { description: `says ${name}`, platforms: plugin.resources.map(platformOf) }
    return {
      ...{ name, version: of, componentName, labels: [{ name: 'ocm.software/pluginInfo', value: info }] },
      ...(digests ? { digest: digestOfComponent(plugin) } : {}),
    }
  })
  const resources: DraftResource[] = []
  return { name: LIST, version, provider: 'acme.org', resources, sources: [], componentReferences: references }
}

const platformOf = ({ extraIdentity }: DraftResource) => `${extraIdentity.os}/${extraIdentity.architecture}`
const textOf = (component: DraftComponent) => normalised({ component } as Pick<Descriptor, 'component'>)

function digestOfComponent(component: DraftComponent, hash = 'SHA-256'): OcmDigest {
  const value = createHash(hash.replace('-', '')).update(textOf(component)).digest('hex')
  return { hashAlgorithm: hash, normalisationAlgorithm: 'jsonNormalisation/v4alpha1', value }
}

/** As the config of a client pins it. */
export const pinOf = (component: DraftComponent): Digest => digestOf(textOf(component))

type Signing = { readonly method?: 'pss' | 'pkcs1'; readonly hash?: 'SHA-256' | 'SHA-512'; readonly name?: string }

export function signatureOf(component: DraftComponent, { privateKey }: ComponentKey, signing: Signing = {}) {
  const { method = 'pss', hash = 'SHA-256', name = 'default' } = signing
  const text = Buffer.from(textOf(component))
  const padding = method === 'pss' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  const value = sign(hash.replace('-', ''), text, { key: privateKey, padding }).toString('hex')
  const mediaType = `application/vnd.ocm.signature.rsa${method === 'pss' ? '.pss' : ''}`
  return { name, digest: digestOfComponent(component, hash), signature: { algorithm: 'RSASSA', mediaType, value } }
}

type Put = {
  readonly files?: readonly Buffer[]
  readonly signatures?: readonly object[]
  readonly tag?: string
}

type Rules = {
  /** `user:password`, which everything needs. */
  readonly login?: string
  /** Tags in one answer. */
  readonly pageSize?: number
}

export type ComponentRegistry = Awaited<ReturnType<typeof startComponentRegistry>>

export async function startComponentRegistry(t: TestContext, { login, pageSize = 1000 }: Rules = {}) {
  const documents = new Map<string, { readonly type: string; readonly bytes: Buffer }>()
  const tags = new Map<string, string[]>()
  const requests: string[] = []

  const server = createServer(({ url = '/', headers }, response) => {
    const address = new URL(url, 'http://x')
    requests.push(address.pathname)
    const wanted = login && `Basic ${Buffer.from(login).toString('base64')}`
    if (wanted && headers.authorization !== wanted)
      return response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end()
    const [, listed] = /^\/v2\/(.+)\/tags\/list$/.exec(address.pathname) ?? []
    if (listed !== undefined && tags.has(listed)) {
      const last = address.searchParams.get('last') ?? ''
      const rest = (tags.get(listed) ?? []).toSorted().filter((tag) => tag > last)
      const page = rest.slice(0, pageSize)
      const next = `</v2/${listed}/tags/list?n=${pageSize}&last=${page.at(-1)}>; rel="next"`
      const link = rest.length > page.length ? { link: next } : {}
      return response.writeHead(200, link).end(JSON.stringify({ name: listed, tags: page }))
    }
    const found = documents.get(address.pathname)
    if (!found) return response.writeHead(404).end('{"errors":[]}')
    return response
      .writeHead(200, { 'content-type': found.type, 'content-length': found.bytes.length })
      .end(found.bytes)
  })
  const host = `127.0.0.1:${await listening(t, server)}`

  function put(component: DraftComponent, { files = [], signatures = [], tag = component.version }: Put = {}) {
    const path = `acme/component-descriptors/${component.name}`
    const keep = (kind: string, type: string, bytes: Buffer) => {
      documents.set(`/v2/${path}/${kind}/${digestOf(bytes)}`, { type, bytes })
      return { mediaType: type, digest: digestOf(bytes), size: bytes.length }
    }
    const blob = (type: string, value: unknown) =>
      keep('blobs', type, Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value)))
    const own = blob(DESCRIPTOR, { meta: { schemaVersion: 'v2' }, component, signatures })
    const manifest = {
      ...{ schemaVersion: 2, mediaType: MANIFEST, config: blob(CONFIG, { componentDescriptorLayer: own }) },
      layers: [own, ...files.map((bytes) => blob('application/octet-stream', bytes))],
    }
    const bytes = Buffer.from(JSON.stringify(manifest))
    keep('manifests', MANIFEST, bytes)
    documents.set(`/v2/${path}/manifests/${tag}`, { type: MANIFEST, bytes })
    tags.set(path, [...new Set([...(tags.get(path) ?? []), tag])])
    return own.digest
  }

  /** As an owner does who keeps the newest version alone. */
  function forget(component: DraftComponent): void {
    const path = `acme/component-descriptors/${component.name}`
    for (const key of documents.keys()) if (key.startsWith(`/v2/${path}/`)) documents.delete(key)
    tags.delete(path)
  }

  return { host, put, forget, documents, requests, url: `ocm://${host}/acme//${LIST}` }
}
