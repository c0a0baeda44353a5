// Reads a component version from an OCI registry, each document by the digest that the one before names for it: what a tag says is
// the only thing that is believed.
import { digestOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'
import { quote } from '../../schemas/quote.ts'
import { parseShape } from '../../schemas/shape.ts'
import type { Version } from '../../schemas/version.ts'
import { isPrerelease, isVersion, newestFirst } from '../../schemas/version.ts'
import { parseYaml, SERVED_YAML } from '../../schemas/yaml.ts'
import { fetchText } from '../../system/http/fetch-text.ts'
import type { Http } from '../../system/http/open-http.ts'
import type { ComponentAddress } from './component-address.ts'
import { tagOf, versionOfTag } from './component-address.ts'
import type { Descriptor, Layer, OciManifest } from './component-shapes.ts'
import { configShape, descriptorShape, indexShape, manifestShape, tagsShape } from './component-shapes.ts'

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'
/** Of one document; `ocm` reads manifests of that size as well. */
const MAX_BYTES = 4 * 1024 * 1024
const MAX_TAGS = 100_000
const MAX_PAGES = 1000

export type ComponentVersion = { readonly manifest: OciManifest; readonly descriptor: Descriptor }

/** Throws VERSION_NOT_FOUND, DIGEST_MISMATCH, FORMAT_INVALID, LIMIT_EXCEEDED or what the network throws. */
export async function readComponentVersion(http: Http, address: ComponentAddress): Promise<ComponentVersion> {
  const version = address.version ?? (await newestVersion(http, address))
  const manifest = await readManifest(http, address, tagOf(version))
  const config = await readJson(http, address, manifest.config, configShape)
  const named = config.componentDescriptorLayer
  const layer = manifest.layers.find(({ digest }) => digest === named.digest)
  if (!layer) throw uncovered(address, `its config names a descriptor \`${named.digest}\` that its manifest does not`)
  const descriptor = await readDescriptor(http, address, layer)
  const { component } = descriptor
  if (component.name !== address.component || component.version !== version)
    throw coded('DOCUMENT_MISMATCH', {
      message: `the descriptor is of ${quote(`${component.name}:${component.version}`)}, expected ${quote(`${address.component}:${version}`)}`,
      details: { expected: `${address.component}:${version}`, found: `${component.name}:${component.version}` },
    })
  return { manifest, descriptor }
}

/** What in a component version does not hold together. */
export function uncovered({ component }: ComponentAddress, problem: string): Error {
  return coded('DIGEST_MISMATCH', {
    message: `component ${quote(component)} is not whole: ${problem}`,
    details: { component },
  })
}

export function blobAddress({ repository }: ComponentAddress, { digest }: Pick<Layer, 'digest'>): URL {
  return new URL(`${repository.pathname}/blobs/${digest}`, repository)
}

async function newestVersion(http: Http, address: ComponentAddress): Promise<string> {
  const tags = await allTags(http, address)
  const versions = [...tags].map(versionOfTag).flatMap((text) => {
    const plain = text.replace(/^v/, '').replace(/\+.*$/, '')
    return isVersion(plain) ? { version: plain as Version, text } : []
  })
  const ranked = newestFirst(versions)
  const newest = ranked.find(({ version }) => !isPrerelease(version)) ?? ranked[0]
  if (newest) return newest.text
  throw coded('VERSION_NOT_FOUND', {
    message: `there is no version of ${quote(address.component)} at ${quote(address.repository.host)}`,
  })
}

/** Page by page: they come in the order of their texts, in which 1.10.0 stands before 1.9.0, and some registries give few at a time. */
async function allTags(http: Http, { repository, component }: ComponentAddress): Promise<ReadonlySet<string>> {
  const all = new Set<string>()
  for (let [last, pages]: [string | undefined, number] = ['', 0]; last !== undefined; pages++) {
    const more: string = last === '' ? '' : `&last=${encodeURIComponent(last)}`
    const url = new URL(`${repository.pathname}/tags/list?n=1000${more}`, repository)
    const text = (await fetchText(http, { url, maxBytes: MAX_BYTES })) ?? '{"tags":[]}'
    const { tags } = parseShape(tagsShape, parseJson(text, url.href, MAX_BYTES), { name: url.href })
    const fresh = (tags ?? []).filter((tag) => !all.has(tag))
    for (const tag of fresh) all.add(tag)
    if (all.size > MAX_TAGS || pages === MAX_PAGES)
      throw coded('LIMIT_EXCEEDED', {
        message: `component ${quote(component)} has more tags than are looked through`,
        hint: 'name a version: `octo import ocm://HOST/PATH//COMPONENT:VERSION`',
      })
    last = fresh.at(-1)
  }
  return all
}

async function readManifest(http: Http, address: ComponentAddress, tag: string): Promise<OciManifest> {
  const found = await readText(http, address, `manifests/${tag}`)
  if (found === undefined)
    throw coded('VERSION_NOT_FOUND', {
      message: `there is no version ${quote(versionOfTag(tag))} of ${quote(address.component)} at ${quote(address.repository.host)}`,
    })
  const value = parseJson(found, 'the manifest', MAX_BYTES)
  if (!isIndex(value)) return parseShape(manifestShape, value, { name: 'the manifest' })
  const [first] = parseShape(indexShape, value, { name: 'the index' }).manifests
  return readPinned(http, address, first as Layer)
}

async function readPinned(http: Http, address: ComponentAddress, layer: Layer): Promise<OciManifest> {
  const text = await readText(http, address, `manifests/${layer.digest}`)
  const value = parseJson(provenText(address, layer, text), 'the manifest', MAX_BYTES)
  return parseShape(manifestShape, value, { name: 'the manifest' })
}

function isIndex(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'manifests' in value && !('layers' in value)
}

async function readJson(http: Http, address: ComponentAddress, layer: Layer, shape: typeof configShape) {
  const text = provenText(address, layer, await readText(http, address, `blobs/${layer.digest}`))
  return parseShape(shape, parseJson(text, 'the config', MAX_BYTES), { name: 'the config' })
}

async function readDescriptor(http: Http, address: ComponentAddress, layer: Layer): Promise<Descriptor> {
  const name = 'the component descriptor'
  const form =
    /^application\/vnd\.(?:ocm\.software\.component-descriptor|gardener\.cloud\.cnudie\.component-descriptor)\.v2\+(json|yaml)$/
  const [, language] = form.exec(layer.mediaType) ?? []
  if (language === undefined)
    throw coded('FORMAT_INVALID', {
      message: `a descriptor of type ${quote(layer.mediaType)} is not read, expected one of version 2 in JSON or YAML`,
      hint: 'a transfer with today’s `ocm` writes it anew',
    })
  const text = provenText(address, layer, await readText(http, address, `blobs/${layer.digest}`))
  const value = language === 'json' ? parseJson(text, name, MAX_BYTES) : parseYaml(text, name, SERVED_YAML).value
  return parseShape(descriptorShape, value, { name })
}

function readText(http: Http, { repository }: ComponentAddress, path: string): Promise<string | undefined> {
  const url = new URL(`${repository.pathname}/${path}`, repository)
  const accept = path.startsWith('manifests/') ? `${MANIFEST_TYPE}, ${INDEX_TYPE}` : '*/*'
  return fetchText(http, { url, maxBytes: MAX_BYTES, headers: { accept } })
}

function provenText(address: ComponentAddress, { digest, size }: Layer, text: string | undefined): string {
  if (text === undefined) throw uncovered(address, `\`${digest}\`, which it names, is not there`)
  const found = digestOf(text)
  if (found === digest && Buffer.byteLength(text) === size) return text
  throw uncovered(address, `expected \`${digest}\` of ${size} bytes, found \`${found}\` of ${Buffer.byteLength(text)}`)
}
