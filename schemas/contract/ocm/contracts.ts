// The nine contracts of OCM's plugin protocol: what a plugin of a capability declares, and which endpoints it answers. Hosts
// and plugins are made from this one table.
// allow(long-file): one table
import { z } from 'zod'
import type { Contract } from './endpoints.ts'
import { typedShape } from './type-name.ts'
import {
  constructorResourceShape,
  constructorSourceShape,
  descriptorShape,
  digestOfContentShape,
  identityShape,
  locationShape,
  resourceShape,
  signatureInfoShape,
  signatureShape,
  sourceShape,
} from './values.ts'

const routing = { routes: true, whenEmpty: 'null' } as const

/** `null`, and an answer without an identity, say that there is none. */
const identityAnswer = z.looseObject({ identity: identityShape.nullish() }).nullable()

const identityOf = {
  method: 'POST',
  repeats: true,
  path: '/identity',
  request: z.looseObject({ type: typedShape }),
  response: identityAnswer,
  credentials: 'never',
  subject: ['type'],
  checked: true,
} as const

const version = { name: z.string(), version: z.string() }
const versionQuery = { name: 'text', version: 'text' } as const
const localQuery = { ...versionQuery, identity: 'json' } as const
const localRequest = z.looseObject({ ...version, identity: identityShape.nullish() })

export const CONTRACTS = {
  componentVersionRepository: {
    typeLists: { supportedRepositorySpecTypes: routing },
    endpoints: {
      getComponentVersion: {
        method: 'GET',
        path: '/component-version/download',
        request: z.looseObject(version),
        query: versionQuery,
        response: descriptorShape,
        credentials: 'required',
      },
      listComponentVersions: {
        method: 'GET',
        path: '/component-versions',
        request: z.looseObject({ name: z.string() }),
        query: { name: 'text' },
        response: z.array(z.string()).nullable(),
        credentials: 'required',
      },
      getLocalResource: {
        method: 'GET',
        path: '/local-resource/download',
        request: localRequest,
        query: localQuery,
        response: z.looseObject({ location: locationShape, resource: resourceShape }),
        credentials: 'required',
      },
      getLocalSource: {
        method: 'GET',
        path: '/local-source/download',
        request: localRequest,
        query: localQuery,
        response: z.looseObject({ location: locationShape, source: sourceShape }),
        credentials: 'required',
      },
      addComponentVersion: {
        method: 'POST',
        path: '/component-version/upload',
        request: z.looseObject({ repository: typedShape, descriptor: descriptorShape }),
        credentials: 'required',
        subject: ['repository'],
        checked: true,
      },
      addLocalResource: {
        method: 'POST',
        path: '/local-resource/upload',
        request: z.looseObject({
          repository: typedShape,
          ...version,
          resourceLocation: locationShape,
          resource: resourceShape,
        }),
        response: resourceShape,
        credentials: 'required',
        subject: ['repository'],
        checked: true,
      },
      addLocalSource: {
        method: 'POST',
        path: '/local-source/upload',
        request: z.looseObject({
          repository: typedShape,
          ...version,
          sourceLocation: locationShape,
          source: sourceShape,
        }),
        response: sourceShape,
        credentials: 'required',
        subject: ['repository'],
        checked: true,
      },
      getIdentity: identityOf,
      checkHealth: {
        method: 'POST',
        repeats: true,
        path: '/component-version/check-health',
        request: z.looseObject({ repository: typedShape }),
        credentials: 'required',
        subject: ['repository'],
        checked: true,
        mayBeMissing: true,
      },
    },
  },
  credentialRepository: {
    typeLists: {
      supportedConsumerIdentityTypes: routing,
      supportedCredentialRepositorySpecTypes: routing,
      customCredentialTypes: { routes: false, whenEmpty: 'absent' },
    },
    endpoints: {
      getConsumerIdentity: {
        method: 'POST',
        repeats: true,
        path: '/consumer-identity',
        request: z.looseObject({ config: typedShape }),
        response: identityShape.nullable(),
        credentials: 'never',
        subject: ['config'],
        checked: true,
      },
      resolve: {
        method: 'POST',
        repeats: true,
        path: '/resolve',
        request: z.looseObject({ config: typedShape, identity: identityShape }),
        /** Nothing, or nothing in it, says that there are none. */
        response: z.looseObject({}).nullable(),
        credentials: 'given',
        subject: ['config'],
        checked: true,
      },
    },
  },
  credentialPlugin: {
    typeLists: { supportedCredentialPluginTypes: routing },
    endpoints: {
      getConsumerIdentity: {
        method: 'POST',
        repeats: true,
        path: '/consumer-identity',
        request: z.looseObject({ credential: typedShape }),
        response: identityShape.nullable(),
        credentials: 'never',
        subject: ['credential'],
        checked: true,
      },
      resolve: {
        method: 'POST',
        repeats: true,
        path: '/resolve',
        request: z.looseObject({ identity: identityShape }),
        response: z.looseObject({}),
        credentials: 'given',
      },
    },
  },
  inputRepository: {
    typeLists: { supportedInputTypes: routing },
    endpoints: {
      processResource: {
        method: 'POST',
        repeats: true,
        path: '/resource/process',
        request: z.looseObject({ resource: constructorResourceShape }),
        response: z.looseObject({ resource: resourceShape, location: locationShape }),
        credentials: 'given',
        subject: ['resource', 'input'],
        checked: true,
      },
      processSource: {
        method: 'POST',
        repeats: true,
        path: '/source/process',
        request: z.looseObject({ source: constructorSourceShape }),
        response: z.looseObject({ source: sourceShape, location: locationShape }),
        credentials: 'given',
        subject: ['source', 'input'],
        checked: true,
      },
      getIdentity: { ...identityOf, mayBeMissing: true },
    },
  },
  signingHandler: {
    typeLists: { supportedSigningSpecTypes: routing },
    endpoints: {
      getSignerIdentity: {
        method: 'POST',
        repeats: true,
        path: '/sign/identity',
        request: z.looseObject({ digest: digestOfContentShape, config: typedShape, name: z.string() }),
        response: identityAnswer,
        credentials: 'never',
        subject: ['config'],
        checked: true,
      },
      sign: {
        method: 'POST',
        path: '/sign',
        request: z.looseObject({ digest: digestOfContentShape, config: typedShape }),
        response: z.looseObject({ signature: signatureInfoShape }),
        credentials: 'stated',
        subject: ['config'],
        checked: true,
      },
      getVerifierIdentity: {
        method: 'POST',
        repeats: true,
        path: '/verify/identity',
        request: z.looseObject({ signature: signatureShape, config: typedShape }),
        response: identityAnswer,
        credentials: 'never',
        subject: ['config'],
        checked: true,
      },
      verify: {
        method: 'POST',
        repeats: true,
        path: '/verify',
        request: z.looseObject({ signature: signatureShape, config: typedShape }),
        response: z.looseObject({}).nullable(),
        credentials: 'stated',
        subject: ['config'],
        checked: true,
      },
    },
  },
  resourceRepository: {
    typeLists: { supportedAccessTypes: routing },
    endpoints: {
      getResource: {
        method: 'POST',
        repeats: true,
        path: '/resource/get',
        request: z.looseObject({ resource: resourceShape }),
        response: z.looseObject({ location: locationShape }),
        credentials: 'given',
        subject: ['resource', 'access'],
        checked: true,
      },
      addResource: {
        method: 'POST',
        path: '/resource/add',
        request: z.looseObject({ resourceLocation: locationShape, resource: resourceShape }),
        response: z.looseObject({ resource: resourceShape }),
        credentials: 'given',
        subject: ['resource', 'access'],
        checked: true,
      },
      getIdentity: { ...identityOf, mayBeMissing: true },
    },
  },
  digestProcessorRepository: {
    typeLists: { supportedAccessTypes: routing },
    endpoints: {
      processResourceDigest: {
        method: 'POST',
        repeats: true,
        path: '/resource/digest/process',
        request: z.looseObject({ resource: resourceShape }),
        response: z.looseObject({ resource: resourceShape }),
        credentials: 'given',
        subject: ['resource', 'access'],
      },
      getIdentity: { ...identityOf, mayBeMissing: true },
    },
  },
  blobTransformer: {
    typeLists: { supportedTransformerSpecTypes: routing },
    endpoints: {
      transformBlob: {
        method: 'POST',
        repeats: true,
        path: '/blob/transform',
        request: z.looseObject({ location: locationShape, specification: typedShape }),
        response: z.looseObject({ location: locationShape }),
        credentials: 'given',
        subject: ['specification'],
        checked: true,
      },
      getIdentity: identityOf,
    },
  },
  componentLister: {
    typeLists: { supportedRepositorySpecTypes: routing },
    endpoints: {
      listComponents: {
        method: 'POST',
        repeats: true,
        path: '/components/list',
        request: z.looseObject({ repository: typedShape, last: z.string() }),
        /** A header only where there is more: its `last` asks for the next page. */
        response: z.looseObject({
          list: z.array(z.string()).nullable(),
          header: z.looseObject({ last: z.string().nullish() }).nullish(),
        }),
        credentials: 'given',
        subject: ['repository'],
        checked: true,
      },
      getIdentity: identityOf,
    },
  },
} as const satisfies Readonly<Record<string, Contract>>

export type Capability = keyof typeof CONTRACTS
export const CAPABILITIES = Object.keys(CONTRACTS) as readonly Capability[]

export type EndpointName<Of extends Capability> = keyof (typeof CONTRACTS)[Of]['endpoints'] & string
