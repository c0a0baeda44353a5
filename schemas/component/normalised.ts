// The one text of what a component version is, whatever repository it lies in: what signatures of OCM and digests of references are
// of. `jsonNormalisation/v4alpha1`, as the Go bindings of OCM write it: without places, and with those labels that are to be signed.
import { canonicalJson } from '../canonical-json.ts'
import type { Descriptor, OcmDigest, OcmLabel, OcmReference, OcmResource } from './descriptor.ts'

/** OCM reads the second as the first. */
export const NORMALISATIONS: readonly string[] = ['jsonNormalisation/v4alpha1', 'jsonNormalisation/v3']

type Component = Descriptor['component']
type Element = Pick<OcmResource, 'name' | 'version' | 'extraIdentity'>

export function normalised({ component }: Pick<Descriptor, 'component'>): string {
  const { name, version, labels, creationTime, provider, resources, sources, componentReferences } = component
  return canonicalJson({
    component: {
      name,
      version,
      ...labelled(signedLabels(labels)),
      ...(creationTime ? { creationTime } : {}),
      provider: providerOf(provider),
      resources: (resources ?? []).map(resourceOf),
      sources: (sources ?? []).map((source) => ({
        ...elementOf(source),
        ...labelled(signedLabels(source.labels)),
        type: source.type,
      })),
      componentReferences: (componentReferences ?? []).map(referenceOf),
    },
  })
}

function elementOf({ name, version, extraIdentity }: Element) {
  const isEmpty = Object.keys(extraIdentity ?? {}).length === 0
  return { name, version, ...(isEmpty ? {} : { extraIdentity }) }
}

/** What lies nowhere has no bytes that a digest could be of. */
function resourceOf(resource: OcmResource) {
  const { type, relation, access, digest, labels } = resource
  const isNowhere = access?.type === 'none' || access?.type === 'None'
  return {
    ...elementOf(resource),
    ...labelled(signedLabels(labels)),
    type,
    relation,
    ...(digest && !isNowhere ? { digest: digestOf(digest) } : {}),
  }
}

/** All labels of a reference count, and a digest that is not there counts as an empty one. */
function referenceOf(reference: OcmReference) {
  const { componentName, digest, labels } = reference
  const nothing = { hashAlgorithm: '', normalisationAlgorithm: '', value: '' }
  return {
    ...elementOf(reference),
    ...labelled((labels ?? []).map(labelOf)),
    componentName,
    digest: digest ? digestOf(digest) : nothing,
  }
}

function digestOf({ hashAlgorithm, normalisationAlgorithm, value }: OcmDigest): OcmDigest {
  return { hashAlgorithm, normalisationAlgorithm, value }
}

function signedLabels(labels: Component['labels']) {
  return (labels ?? []).filter(({ signing }) => signing === true).map(labelOf)
}

function labelled<Label>(labels: readonly Label[]): { readonly labels?: readonly Label[] } {
  return labels.length === 0 ? {} : { labels }
}

function labelOf({ name, value, signing }: OcmLabel) {
  return { name, ...(value == null ? {} : { value: withoutNulls(value) }), ...(signing ? { signing } : {}) }
}

/** A name, or a name with labels as a text of JSON. */
function providerOf(provider: string): object {
  const labels = /^\s*\{/.test(provider) ? labelledProvider(provider) : undefined
  return labels ?? { name: provider }
}

function labelledProvider(text: string): object | undefined {
  try {
    const { name, labels } = JSON.parse(text) as { name?: unknown; labels?: OcmLabel[] }
    return { name, ...labelled(signedLabels(labels)) }
  } catch {
    return undefined
  }
}

/** Members that are null are as if they were not there; elements of lists stay. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(members.map(([key, inner]) => [key, withoutNulls(inner)]))
}
