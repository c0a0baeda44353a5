// What the author of a service plugin imports: say which types of which capabilities it serves, the rest is done here.
//
//   definePlugin({
//     name: 'gzip', version: '1.0.0', summary: 'packs blobs with gzip',
//     serves: [
//       blobTransformer({
//         type: 'Gzip/v1',
//         transformBlob: async ({ location }, { files }) => ({
//           location: await files.write(gzipSync(await readLocation(location))),
//         }),
//       }),
//     ],
//   }).main()
export type { Capability } from '../../schemas/contract/ocm/contracts.ts'
export type { Identity } from '../../schemas/contract/ocm/values.ts'
export type { AuthorSchema, InferSchema, StandardShape } from './author-schema.ts'
export type { Bytes, Files, Location } from './blobs.ts'
export { locationOf, pathOf, readLocation, streamLocation } from './blobs.ts'
export { CallError } from './call-error.ts'
export type { CleanUp } from './clean-up.ts'
export type { ConfigType } from './config.ts'
export { configType } from './config.ts'
export type { Credentials } from './credentials.ts'
export { definePlugin } from './define-plugin.ts'
export type { CallContext, Served, TypeDeclaration } from './definition.ts'
export type { Log } from './log.ts'
export type { JsonSchema } from './schema-types.ts'
export {
  blobTransformer,
  componentLister,
  componentVersionRepository,
  credentialPlugin,
  credentialRepository,
  digestProcessorRepository,
  inputRepository,
  resourceRepository,
  signingHandler,
} from './served-types.ts'
export type { OwnHandler, ServiceDefinition, ServicePlugin } from './service-plugin.ts'
export type { CallOptions, TestedPlugin } from './tested-plugin.ts'
export { testPlugin } from './tested-plugin.ts'
