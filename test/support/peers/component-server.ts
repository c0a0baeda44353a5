// A component version of OCM as another registry serves it, in parts that a test can spoil before or after each is named by its digest.
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { aScript } from '../builders/test-authority.ts'
import { listening } from '../machine/listening.ts'

export const COMPONENT = 'acme.org/plugins/hello'
const REPOSITORY = `acme/component-descriptors/${COMPONENT}`
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'

type Layer = { mediaType: string; digest: string; size: number }
export type Resource = ReturnType<typeof resource>
type Component = { name: string; version: string; readonly resources: Resource[]; readonly [other: string]: unknown }
type Config = { readonly componentDescriptorLayer: Layer }
type Manifest = { readonly layers: readonly Layer[] }
/** What a component version is made of, before each part is written and named by its digest. */
export type Draft = {
  readonly tag: string
  readonly blobs: Map<string, Buffer>
  readonly component: Component
  readonly layers: readonly Layer[]
  descriptorType: string
  /** Changes to parts that are written already: what a hostile registry would serve. */
  readonly spoil: {
    config?: (config: Config) => void
    manifest?: (manifest: Manifest) => void
    served?: (files: Map<string, Served>) => void
  }
  /** Behind an index, as `ocm` writes some. */
  isIndexed: boolean
}
export type Served = { readonly type: string; readonly bytes: Buffer }

export const ARM = aScript('for arm64')
export const AMD = aScript('for amd64')

export function resource(bytes: Buffer, architecture: string, os = 'linux') {
  return {
    ...{ name: 'hello', version: '1.2.3', type: 'ocmPlugin', relation: 'local', extraIdentity: { os, architecture } },
    access: { type: 'localBlob/v1', localReference: digestOf(bytes), mediaType: 'application/octet-stream' },
    digest: { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'genericBlobDigest/v1', value: hexOf(digestOf(bytes)) },
  }
}

export function aDraft(): Draft {
  return {
    tag: '1.2.3',
    blobs: new Map([AMD, ARM].map((bytes) => [digestOf(bytes), bytes])),
    component: {
      ...{ name: COMPONENT, version: '1.2.3', provider: 'acme.org', repositoryContexts: [], sources: [] },
      componentReferences: [],
      resources: [resource(AMD, 'amd64'), resource(ARM, 'arm64')],
    },
    layers: [AMD, ARM].map((bytes) => layerOf('application/octet-stream', bytes)),
    descriptorType: 'application/vnd.ocm.software.component-descriptor.v2+json',
    spoil: {},
    isIndexed: false,
  }
}

const layerOf = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length })
const json = (value: unknown) => Buffer.from(JSON.stringify(value))

/** Everything that a registry serves of it, by path. */
function served(draft: Draft): Map<string, Served> {
  const files = new Map<string, Served>()
  const put = (path: string, type: string, bytes: Buffer) => files.set(`/v2/${REPOSITORY}/${path}`, { type, bytes })
  const descriptor = json({ meta: { schemaVersion: 'v2' }, component: draft.component })
  const own = layerOf(draft.descriptorType, descriptor)
  const config: Config = { componentDescriptorLayer: { ...own } }
  draft.spoil.config?.(config)
  const manifest = {
    ...{ schemaVersion: 2, mediaType: MANIFEST },
    config: layerOf('application/vnd.ocm.software.component.config.v1+json', json(config)),
    layers: [own, ...draft.layers],
  }
  draft.spoil.manifest?.(manifest)
  for (const bytes of [descriptor, json(config), ...draft.blobs.values()])
    put(`blobs/${digestOf(bytes)}`, 'application/octet-stream', bytes)
  const bytes = json(manifest)
  put(`manifests/${digestOf(bytes)}`, MANIFEST, bytes)
  const index = json({ schemaVersion: 2, mediaType: INDEX, manifests: [layerOf(MANIFEST, bytes)] })
  put(`manifests/${draft.tag}`, draft.isIndexed ? INDEX : MANIFEST, draft.isIndexed ? index : bytes)
  put('tags/list', 'application/json', json({ name: REPOSITORY, tags: ['0.9.0', draft.tag, '2.0.0-rc.1', 'latest'] }))
  draft.spoil.served?.(files)
  return files
}

/** One tag at a time, in the order of their texts, however many are asked for. */
function pageOf({ type, bytes }: Served, last: string): Served {
  const { name, tags } = JSON.parse(String(bytes)) as { name: string; tags: readonly string[] }
  const next = tags.toSorted().find((tag) => tag > last)
  return { type, bytes: json({ name, tags: next === undefined ? [] : [next] }) }
}

type Asking = { readonly auth?: string; readonly onRequest?: (path: string, authorization: string | undefined) => void }

export async function serveDraft(t: TestContext, draft: Draft, { auth, onRequest }: Asking = {}): Promise<string> {
  const files = served(draft)
  const server = createServer((request, response) => {
    const { pathname, search, searchParams } = new URL(request.url ?? '', 'http://x')
    onRequest?.(`${pathname}${search}`, request.headers.authorization)
    const origin = `http://${request.headers.host}`
    if (pathname === '/token') return response.end(JSON.stringify({ token: 'for-everybody' }))
    if (auth === 'bearer' && request.headers.authorization !== 'Bearer for-everybody')
      return response
        .writeHead(401, {
          'WWW-Authenticate': `Bearer realm="${origin}/token",service="here",scope="repository:${REPOSITORY}:pull"`,
        })
        .end('{"errors":[{"code":"UNAUTHORIZED"}]}')
    const file = files.get(decodeURIComponent(pathname))
    const found = file && pathname.endsWith('/tags/list') ? pageOf(file, searchParams.get('last') ?? '') : file
    if (!found) return response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"errors":[]}')
    return response
      .writeHead(200, { 'Content-Type': found.type, 'Content-Length': found.bytes.length })
      .end(found.bytes)
  })
  return `127.0.0.1:${await listening(t, server)}`
}
