// Makes resources and sources of files and folders while a component version is put together. A folder becomes an archive whose bytes
// depend on nothing but what it holds.
import { lstat } from 'node:fs/promises'
import { z } from 'zod'
import type { CallContext, Location } from '../../../sdk/service/index.ts'
import { CallError, configType, definePlugin, inputRepository } from '../../../sdk/service/index.ts'
import { localPath } from '../bytes/local-path.ts'
import { readFileBytes } from '../bytes/read-file.ts'
import { writeHashed } from '../bytes/write-hashed.ts'
import { archiveOf } from './archive.ts'
import { listEntries } from './list-entries.ts'

const GIB = 1024 ** 3

const settings = configType(
  'file-input.config/v1',
  z.strictObject({
    type: z.string(),
    /** The folder that inputs lie in: paths are relative to it, and none leads out of it. */
    root: z.string().startsWith('/').optional(),
    maxBytes: z
      .int()
      .min(1)
      .default(4 * GIB),
    maxEntries: z.int().min(1).default(100_000),
  }),
)

const place = { type: z.string(), path: z.string().min(1), mediaType: z.string().min(1).optional() }
const fileShape = z.strictObject(place)
const directoryShape = z.strictObject({
  ...place,
  /** The archive holds the folder itself and not only what is in it. */
  preserveFolder: z.boolean().default(false),
  /** Names left out wherever they stand, and paths below the folder, which have a `/`. */
  exclude: z.array(z.string().min(1)).max(1000).default([]),
})

type Input = { readonly path: string; readonly mediaType?: string | undefined }
type Made = { readonly access: Readonly<Record<string, string>>; readonly location: Location }

async function ofFile({ path, mediaType = 'application/octet-stream' }: Input, context: CallContext): Promise<Made> {
  const { root, maxBytes } = boundsOf(context)
  const found = await localPath(path, root)
  return blobOf(await writeHashed(readFileBytes(found), { mediaType, maxBytes }, context), mediaType)
}

async function ofDirectory(input: z.output<typeof directoryShape>, context: CallContext): Promise<Made> {
  const { path, mediaType = 'application/x-tar', preserveFolder, exclude } = input
  const { root, maxBytes, maxEntries } = boundsOf(context)
  const folder = await localPath(path, root)
  if (!(await lstat(folder)).isDirectory()) throw new CallError(`\`${path}\` is no folder`, 422)
  const bounds = { exclude, maxBytes, maxEntries, signal: context.signal }
  const bytes = archiveOf(await listEntries(folder, { ...bounds, preserveFolder }))
  return blobOf(await writeHashed(bytes, { mediaType, maxBytes: Number.POSITIVE_INFINITY }, context), mediaType)
}

function boundsOf({ config }: CallContext) {
  const [first = { root: undefined, maxBytes: 4 * GIB, maxEntries: 100_000 }] = config(settings)
  return first
}

function blobOf({ location, digest }: { location: Location; digest: string }, mediaType: string): Made {
  return { location, access: { type: 'localBlob/v1', localReference: digest, mediaType } }
}

export const plugin = definePlugin({
  name: 'file-input',
  version: '1.0.0',
  summary: 'makes resources and sources of files and folders',
  config: [settings],
  serves: [
    inputRepository({
      type: 'FileInput/v1',
      aliases: ['FileInput'],
      schema: fileShape,
      processResource: async ({ resource: { input, options: _, ...resource } }, context) => {
        const { access, location } = await ofFile(input, context)
        return { resource: { ...resource, access }, location }
      },
      processSource: async ({ source: { input, options: _, ...source } }, context) => {
        const { access, location } = await ofFile(input, context)
        return { source: { ...source, access }, location }
      },
    }),
    inputRepository({
      type: 'DirectoryInput/v1',
      aliases: ['DirectoryInput'],
      schema: directoryShape,
      processResource: async ({ resource: { input, options: _, ...resource } }, context) => {
        const { access, location } = await ofDirectory(input, context)
        return { resource: { ...resource, access }, location }
      },
      processSource: async ({ source: { input, options: _, ...source } }, context) => {
        const { access, location } = await ofDirectory(input, context)
        return { source: { ...source, access }, location }
      },
    }),
  ],
})
