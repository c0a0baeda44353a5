// Takes one program out of an image: index → manifest → config → layers → the file that its entrypoint or the config names → a blob of
// the store. Layers stay in the store for other images that share them, until `octo cache gc`.
import { closeSync, openSync, rmSync } from 'node:fs'
import type { Layer as OciLayer, OciManifest } from '../../../oci/documents.ts'
import { parseManifest } from '../../../oci/documents.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import type { ImageName } from '../../../schemas/image-name.ts'
import { showImageName } from '../../../schemas/image-name.ts'
import { LIMITS } from '../../../schemas/limits.ts'
import { HEAD_BYTES } from '../../../schemas/program-head.ts'
import { quote } from '../../../schemas/quote.ts'
import { inParallel } from '../../../system/async/limit.ts'
import { writeAll } from '../../../system/files/atomic-file.ts'
import { digestOfFileSync } from '../../../system/files/hash-file.ts'
import { readHead, readPieces } from '../../../system/files/read-pieces.ts'
import type { FilePlace } from '../../../trust/image/image-files.ts'
import { ImageFiles } from '../../../trust/image/image-files.ts'
import { readLayer } from '../../../trust/image/read-layer.ts'
import { requireStatic } from '../../../trust/image/require-static.ts'
import type { ClientContext } from '../../context.ts'
import type { ProgramDefaults } from '../../proven-program.ts'
import { shownDownload } from '../../report.ts'
import { onStoreDisk } from '../../store/disk.ts'
import { bringBlob, commitBlob, stagedFile } from '../keep-program.ts'
import type { ImageConfig } from './image-documents.ts'
import { chooseManifest, parseImageConfig, requirePlatform } from './image-documents.ts'
import type { ImageRegistry } from './image-registry.ts'
import { startOf } from './image-start.ts'

type Wanted = {
  readonly registry: ImageRegistry
  readonly image: ImageName & { readonly digest: Digest }
  readonly binary: string | undefined
  readonly service: string
}

type Taken = { readonly digest: Digest; readonly file: string; readonly defaults: ProgramDefaults }

const MAX_PACKED_BYTES = 8 * 1024 * 1024 * 1024
const MAX_UNPACKED_BYTES = 16 * 1024 * 1024 * 1024
const MAX_ENTRIES = 500_000
const PARALLEL = 3

/** Afterwards the store has it as a blob. Throws NO_MATCHING_PLATFORM, IMAGE_UNFIT, LIMIT_EXCEEDED, and what trust/ throws. */
export async function takeProgram(wanted: Wanted, context: ClientContext): Promise<Taken> {
  const { registry, image } = wanted
  const name = showImageName(image)
  const manifest = await readManifest(wanted, context)
  const config = parseImageConfig(await registry.document(manifest.config), `config of ${name}`)
  requirePlatform(config, context.platform, name)
  if (config.rootfs.diff_ids.length !== manifest.layers.length)
    throw coded('FORMAT_INVALID', { message: `image ${quote(name)} has another number of layers than its config says` })
  await bringLayers(manifest.layers, wanted, context)
  const layers = manifest.layers.map(({ digest }, index) => ({
    digest,
    content: config.rootfs.diff_ids[index] as Digest,
  }))
  const files = await filesOf(layers, context)
  const { path, place, defaults } = choose({ config, binary: wanted.binary, files }, name)
  const layer = layers[place.layer]
  if (!layer) throw coded('INTERNAL', { message: 'a file stands in no layer' })
  const digest = await extract(layer, { place, subject: `${path} of ${name}` }, context)
  return { digest, file: path.slice(path.lastIndexOf('/') + 1), defaults }
}

async function readManifest({ registry, image }: Wanted, { platform }: ClientContext): Promise<OciManifest> {
  const name = showImageName(image)
  const found = parseManifest(await registry.manifest(image.digest), name)
  if (!('manifests' in found)) return found
  const { digest } = chooseManifest(found, platform, name)
  const chosen = parseManifest(await registry.manifest(digest), name)
  if ('layers' in chosen) return chosen
  throw coded('FORMAT_INVALID', {
    message: `image ${quote(name)} has an index within its index`,
    details: { image: name },
  })
}

const LAYER =
  /^application\/vnd\.(?:oci\.image\.layer\.v1\.tar|docker\.image\.rootfs\.diff\.tar)(?:[.+](?:gzip|zstd))?$/

async function bringLayers(layers: readonly OciLayer[], { registry, image, service }: Wanted, context: ClientContext) {
  const name = showImageName(image)
  const strange = layers.find(({ mediaType }) => !LAYER.test(mediaType ?? ''))
  if (strange)
    throw coded('FORMAT_INVALID', {
      message: `image ${quote(name)} has a layer of the type ${quote(strange.mediaType ?? 'none')}, expected files as a tar`,
      details: { image: name, mediaType: strange.mediaType },
    })
  const size = layers.reduce((sum, layer) => sum + layer.size, 0)
  if (size > MAX_PACKED_BYTES)
    throw coded('LIMIT_EXCEEDED', {
      message: `image ${quote(name)} has ${size} bytes, expected at most ${MAX_PACKED_BYTES}`,
      details: { image: name, size, maxBytes: MAX_PACKED_BYTES },
    })
  const distinct = [...new Map(layers.map((layer) => [layer.digest, layer])).values()]
  await shownDownload(context.report, service, async (shown) => {
    shown.begin(size)
    await inParallel(distinct, PARALLEL, (layer) =>
      bringBlob(
        {
          digest: layer.digest,
          subject: `layer of ${name}`,
          bring: (path) => registry.fetchTo(path, layer, (bytes) => shown.advance(bytes)),
        },
        context,
      ),
    )
  })
}

type Layer = { readonly digest: Digest; readonly content: Digest }

async function filesOf(layers: readonly Layer[], { layout }: ClientContext): Promise<ImageFiles> {
  const budget = { bytes: MAX_UNPACKED_BYTES, entries: MAX_ENTRIES }
  const files = new ImageFiles()
  for (const { digest, content } of layers)
    files.lay(await readLayer({ chunks: readPieces(layout.blob(digest)), name: digest, content, budget }))
  return files
}

type Choosing = { readonly config: ImageConfig; readonly binary: string | undefined; readonly files: ImageFiles }

function choose({ config, binary, files }: Choosing, name: string) {
  const { candidates, defaults } = startOf(config, binary)
  for (const path of candidates) {
    const place = files.find(path)
    if (place) return { path, place, defaults }
  }
  throw coded('IMAGE_UNFIT', {
    message: `image ${quote(name)} has no file ${candidates.map(quote).join(', ') || 'to start: it has no entrypoint'}`,
    details: { image: name, candidates },
    hint: 'name the path of the program in the image: `image: {name: …, binary: PATH}`',
  })
}

type Extracted = { readonly place: FilePlace; readonly subject: string }

async function extract({ digest, content }: Layer, { place, subject }: Extracted, { layout }: ClientContext) {
  if (place.size > LIMITS.artifactBytes)
    throw coded('LIMIT_EXCEEDED', { message: `${quote(subject)} is larger than ${LIMITS.artifactBytes} bytes` })
  const staged = stagedFile(layout)
  const file = onStoreDisk(staged, () => openSync(staged, 'wx', 0o600))
  try {
    const write = (chunk: Uint8Array) => onStoreDisk(staged, () => writeAll(file, chunk))
    await readLayer({
      chunks: readPieces(layout.blob(digest)),
      name: digest,
      content,
      budget: { bytes: MAX_UNPACKED_BYTES, entries: MAX_ENTRIES },
      contentOf: ({ index }) => (index === place.index ? write : undefined),
    })
    await requireStatic({ name: subject, head: readHead(staged, HEAD_BYTES), read: () => readPieces(staged) })
    const found = digestOfFileSync(staged) as Digest
    commitBlob(layout, staged, found)
    return found
  } finally {
    closeSync(file)
    rmSync(staged, { force: true })
  }
}
