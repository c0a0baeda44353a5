// Kubernetes' own schemas of the objects that are made here, strict about keys that are none: test/fixtures/kubernetes/NOTICE says
// where they come from.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

/** The oldest whose probes ask gRPC without a switch, and the newest that there is. */
export const KUBERNETES_VERSIONS = ['v1.27', 'v1.37'] as const
type Version = (typeof KUBERNETES_VERSIONS)[number]

type Typed = { readonly apiVersion: string; readonly kind: string }

const loaded = new Map<Version, Ajv2020>()

/** What is wrong with an object, in words; nothing where it is right. */
export function schemaProblems(object: Typed, version: Version): readonly string[] {
  const ajv = loaded.get(version) ?? load(version)
  loaded.set(version, ajv)
  const [group = '', name = group] = object.apiVersion.split('/')
  const api = name === group ? `core.${name}` : `${group.split('.')[0]}.${name}`
  const validate = ajv.getSchema(`kubernetes#/$defs/io.k8s.api.${api}.${object.kind}`)
  if (!validate) return [`${version} has no ${object.apiVersion} ${object.kind}`]
  return validate(object)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

function load(version: Version): Ajv2020 {
  const path = new URL(`../../fixtures/kubernetes/${version}.json`, import.meta.url)
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  // Quantities are texts or numbers, and both schemas of the pair allow null.
  ajv.addSchema({ ...JSON.parse(readFileSync(path, 'utf8')), $id: 'kubernetes' })
  return ajv
}
