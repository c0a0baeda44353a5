// The test plugins of OCM's own repository, written with our sdk: each serves one capability for one type and answers what its twin
// in Go answers.
import type { Capability } from '../../../schemas/contract/ocm/contracts.ts'
import type { AuthorSchema, Served } from '../../../sdk/service/index.ts'
import {
  blobTransformer,
  CallError,
  componentLister,
  componentVersionRepository,
  credentialPlugin,
  credentialRepository,
  digestProcessorRepository,
  inputRepository,
  resourceRepository,
  signingHandler,
} from '../../../sdk/service/index.ts'

type Kind = { readonly type: string; readonly schema?: AuthorSchema }

const digest = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'jsonNormalisation/v1', value: 'test-value' }
const localResource = {
  ...{ name: 'test-resource', version: 'v0.0.1', type: 'resource-type', relation: 'local' },
  ...{ access: { access: 'v1' }, digest },
}
const localSource = { name: 'test-source', version: 'v0.0.1', type: 'source-type', access: { access: 'v1' } }
const madeResource = { name: 'test-resource', version: 'v0.0.1', type: 'type', relation: 'local', access: null }
const madeSource = { name: 'test-source', version: 'v0.0.1', type: 'type', access: null }
const descriptor = {
  meta: { schemaVersion: '' },
  component: {
    ...{ name: 'test-component', version: '1.0.0', repositoryContexts: null, provider: 'ocm.software' },
    resources: [
      {
        ...{ name: 'test-resource', version: '1.0.0', type: 'ociImage', relation: 'local' },
        access: { type: 'ociArtifact', imageReference: 'test/image:1.0' },
        digest: {
          ...{ hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'OciArtifactDigest', value: 'abcdef1234567890' },
        },
      },
    ],
    ...{ sources: null, componentReferences: null },
  },
}

const TWINS: Readonly<Record<Capability, (kind: Kind) => Served>> = {
  componentVersionRepository: (kind) =>
    componentVersionRepository({
      ...kind,
      getComponentVersion: () => descriptor,
      listComponentVersions: () => ['v0.0.1', 'v0.0.2'],
      getLocalResource: async (_request, { files }) => ({
        location: await files.write('test-resource'),
        resource: localResource,
      }),
      getLocalSource: async (_request, { files }) => ({
        location: await files.write('test-source'),
        source: localSource,
      }),
      addComponentVersion: () => undefined,
      addLocalResource: ({ resource }) => resource,
      addLocalSource: ({ source }) => source,
      getIdentity: () => null,
    }),
  credentialRepository: (kind) =>
    credentialRepository({
      ...kind,
      lists: { customCredentialTypes: [{ type: 'DummyToken/v1' }] },
      getConsumerIdentity: ({ config }) => ({ type: 'DummyToken', url: String(config.baseUrl) }),
      resolve: () => ({ token: 'resolved' }),
    }),
  credentialPlugin: (kind) =>
    credentialPlugin({
      ...kind,
      getConsumerIdentity: ({ credential }) => ({ type: 'DummyToken', url: String(credential.baseUrl) }),
      resolve: () => ({ type: 'Credentials/v1', properties: { token: 'resolved' } }),
    }),
  inputRepository: (kind) =>
    inputRepository({
      ...kind,
      processResource: async (_request, { files }) => ({
        resource: madeResource,
        location: await files.write('test-resource'),
      }),
      processSource: async (_request, { files }) => ({
        source: madeSource,
        location: await files.write('test-source'),
      }),
    }),
  signingHandler: (kind) =>
    signingHandler({
      ...kind,
      getSignerIdentity: () => ({ identity: { id: 'signer' } }),
      sign: () => ({ signature: { algorithm: 'rsa', value: 'sig', mediaType: 'text/plain' } }),
      getVerifierIdentity: () => ({ identity: { id: 'verifier' } }),
      verify: () => ({}),
    }),
  resourceRepository: (kind) =>
    resourceRepository({
      ...kind,
      getResource: async (_request, { files }) => ({ location: await files.write('test-resource') }),
      addResource: () => ({ resource: { ...madeResource, name: 'test-global-resource' } }),
    }),
  digestProcessorRepository: (kind) =>
    digestProcessorRepository({ ...kind, processResourceDigest: () => ({ resource: madeResource }) }),
  blobTransformer: (kind) =>
    blobTransformer({
      ...kind,
      transformBlob: async (_request, { files }) => ({ location: await files.write('test-blob') }),
      getIdentity: () => null,
    }),
  componentLister: (kind) =>
    componentLister({
      ...kind,
      listComponents: ({ last }) => {
        if (last === '') return { list: ['test-component-1'], header: { last: 'test-component-1' } }
        if (last === 'test-component-1') return { list: ['test-component-2'] }
        throw new CallError(`unknown last: ${JSON.stringify(last)}`)
      },
      getIdentity: () => null,
    }),
}

export function goTwin(capability: Capability, kind: Kind): Served {
  return TWINS[capability](kind)
}
