// What OCM's requests and answers are made of: places of bytes, identities, digests, signatures, and the component descriptor in
// its version 2. Other keys are kept as they are: peers of other versions have more of them.
import { z } from 'zod'
import { jsonObjectShape } from '../../json-object.ts'
import { typedShape } from './type-name.ts'

const LOCATION_TYPES = ['localFile', 'remoteURL', 'unixNamedPipe'] as const

/** Where bytes are. Managers take and give `localFile` alone, with an absolute path. */
export const locationShape = z.looseObject({
  type: z.enum(LOCATION_TYPES),
  value: z.string().min(1),
  mediaType: z.string().optional(),
})
export type Location = z.output<typeof locationShape>

/** By which a thing is told from others; all values are texts. */
export const identityShape = z.record(z.string(), z.string())
export type Identity = z.output<typeof identityShape>

export const digestOfContentShape = z.looseObject({
  hashAlgorithm: z.string(),
  normalisationAlgorithm: z.string(),
  value: z.string(),
})

export const signatureInfoShape = z.looseObject({
  algorithm: z.string(),
  value: z.string(),
  mediaType: z.string().optional(),
  issuer: z.string().optional(),
})

export const signatureShape = z.looseObject({
  name: z.string(),
  digest: digestOfContentShape,
  signature: signatureInfoShape,
})

const labelShape = z.looseObject({
  name: z.string(),
  value: z.unknown(),
  signing: z.boolean().nullish(),
  version: z.string().nullish(),
})

const element = {
  name: z.string(),
  version: z.string(),
  labels: z.array(labelShape).nullish(),
  extraIdentity: identityShape.nullish(),
}

/** Real plugins answer with accesses that say no type. */
const access = jsonObjectShape.nullish()

const resource = {
  ...element,
  type: z.string(),
  /** `local` or `external`; managers pass on what they were given, and that may be nothing. */
  relation: z.string(),
  srcRefs: z.array(jsonObjectShape).nullish(),
  digest: digestOfContentShape.nullish(),
}

export const resourceShape = z.looseObject({ ...resource, access })

export const sourceShape = z.looseObject({ ...element, type: z.string(), access })

/** As a constructor has them: made of an `input`, or of what an `access` leads to. */
const construction = { input: typedShape.nullish(), access, options: jsonObjectShape.nullish() }
export const constructorResourceShape = z.looseObject({ ...resource, ...construction })
export const constructorSourceShape = z.looseObject({ ...element, type: z.string(), ...construction })

const referenceShape = z.looseObject({
  ...element,
  componentName: z.string(),
  digest: digestOfContentShape.nullish(),
})

export const descriptorShape = z.looseObject({
  /** `v2`; plugins of the Go SDK may leave it empty. */
  meta: z.looseObject({ schemaVersion: z.string() }),
  component: z.looseObject({
    name: z.string(),
    version: z.string(),
    labels: z.array(labelShape).nullish(),
    creationTime: z.string().nullish(),
    repositoryContexts: z.array(jsonObjectShape).nullish(),
    provider: z.string(),
    resources: z.array(resourceShape).nullish(),
    sources: z.array(sourceShape).nullish(),
    componentReferences: z.array(referenceShape).nullish(),
  }),
  signatures: z.array(signatureShape).nullish(),
  nestedDigests: z.array(jsonObjectShape).nullish(),
})
