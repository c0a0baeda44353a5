// One platform's artifact: its bytes in the output folder and its description for the statement. The same rules that
// registry and client apply are applied here first, so that nothing is signed that they would refuse.
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { digestFromHex } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import type { Platform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { BUNDLE_FILE } from '../../static-tree/paths.ts'
import { readFileChunks } from '../../system/files/read-chunks.ts'
import type { Progress, ProgressItem } from '../../terminal/index.ts'
import type { ProgramNeeds } from '../../trust/artifact/program/check-program.ts'
import { inspectProgram } from '../../trust/artifact/program/check-program.ts'
import { changedWhileRead } from '../dist-folder/changed-while-read.ts'
import { RELEASE_FILE } from '../dist-folder/release-file.ts'
import type { ArchivePlan, ArtifactPlan, RawPlan } from './artifact-plan.ts'
import type { ListedFile } from './list-files.ts'
import { listFiles } from './list-files.ts'
import type { SecretFind } from './secret-scan.ts'
import { scanSecrets } from './secret-scan.ts'
import type { TarFile } from './tar-stream.ts'
import { writeArtifact } from './write-artifact.ts'

type PackContext = {
  /** The project folder, absolute. */
  readonly dir: string
  /** Where artifacts go, absolute. */
  readonly out: string
  /** Time of every archive entry, in seconds since 1970. */
  readonly epochSeconds: number
  /** Takes what looks like a secret; refused by the caller when all is packed, so that all finds are shown at once. */
  readonly finds: SecretFind[]
  /** Told of the bytes that are read for an artifact. */
  readonly progress?: Progress | undefined
  /** Told what a program needs of the machine that runs it. */
  readonly onNeeds?: OnNeeds | undefined
  /** Told of scripts that another file of the artifact cannot start. */
  readonly onIdle?: OnIdle | undefined
}

export type OnNeeds = (platform: Platform, needs: ProgramNeeds) => void

export type OnIdle = (paths: readonly string[]) => void

/** Throws FILE_NOT_FOUND, ARCHIVE_ENTRY_UNSAFE, LIMIT_EXCEEDED, PLATFORM_MISMATCH or MANIFEST_INVALID. */
export async function packArtifact(plan: ArtifactPlan, context: PackContext): Promise<ReleaseArtifact> {
  const item = context.progress?.item(plan.file)
  try {
    const packing = { ...context, item }
    const artifact = await (plan.format === 'raw' ? packRaw(plan, packing) : packArchive(plan, packing))
    item?.done()
    return artifact
  } catch (error) {
    item?.fail('not built')
    throw error
  }
}

type Packing = PackContext & { readonly item: ProgressItem | undefined }

async function packRaw(plan: RawPlan, context: Packing): Promise<ReleaseArtifact> {
  const files = await listFiles(context.dir, [plan.source])
  const [file] = files
  if (!file || files.length > 1)
    throw coded('MANIFEST_INVALID', { message: `\`file\` names ${quote(plan.source)}, which is a folder` })
  const place = { name: file.path, path: plan.file, executable: plan.file, startable: true }
  const needs = await inspectProgram(readFileChunks(file.source, file.size, changedWhileRead), {
    ...place,
    platform: plan.platform,
    runtime: plan.runtime,
  })
  context.onNeeds?.(plan.platform, needs)
  context.item?.total(file.size)
  const chunks = scanSecrets(readFileChunks(file.source, file.size, changedWhileRead), file.path, context.finds)
  const written = await writeArtifact(join(context.out, plan.file), counted(chunks, context), 0o755)
  return { file: plan.file, ...written, format: 'raw', executable: plan.file, ...runBy(plan) }
}

async function packArchive(plan: ArchivePlan, context: Packing): Promise<ReleaseArtifact> {
  const files = await listArchive(plan, context)
  context.item?.total(files.reduce((sum, { size }) => sum + size, 0))
  const [{ tarStream }, { gzipStream }] = await Promise.all([import('./tar-stream.ts'), import('./gzip-stream.ts')])
  const read = (file: TarFile) => {
    const chunks = counted(readFileChunks(file.source, file.size, changedWhileRead), context)
    return scanSecrets(chunks, pathInProject(plan, file), context.finds)
  }
  const content = createHash('sha256')
  const tar = tapInto(content, tarStream(files, { epochSeconds: context.epochSeconds, read }))
  const written = await writeArtifact(join(context.out, plan.file), gzipStream(tar), 0o644)
  const artifact: ReleaseArtifact = {
    file: plan.file,
    ...written,
    format: 'tar.gz',
    executable: plan.executable,
    contentDigest: digestFromHex(content.digest('hex')),
    ...runBy(plan),
  }
  await inspectPacked(artifact, plan, context)
  return artifact
}

function runBy({ runtime, argv0 }: ArtifactPlan) {
  return { ...(runtime ? { runtime } : {}), ...omitUndefined({ argv0 }) }
}

/** Reads the archive back with the parser that registry and client use. */
async function inspectPacked(artifact: ReleaseArtifact, plan: ArchivePlan, context: PackContext): Promise<void> {
  const { inspectArtifact } = await import('../../trust/artifact/inspect-artifact.ts')
  const path = join(context.out, artifact.file)
  try {
    const { needs } = await inspectArtifact({
      chunks: readFileChunks(path, artifact.size, changedWhileRead),
      artifact,
      platform: plan.platform,
    })
    context.onNeeds?.(plan.platform, needs)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

async function listArchive(plan: ArchivePlan, context: PackContext): Promise<TarFile[]> {
  const files = await listFiles(join(context.dir, plan.root), plan.files)
  for (const path of plan.executables)
    if (!files.some((file) => file.path === path))
      throw coded('MANIFEST_INVALID', {
        message: `${quote(path)} is to be executable for \`${plan.platform}\` and is not among its files`,
        details: { platform: plan.platform, files: files.slice(0, 20).map((file) => file.path) },
      })
  refuseOwnOutput(files, plan, context.out)
  const idle = files.filter(({ isIdleScript, path }) => isIdleScript && !plan.executables.has(path))
  if (idle.length > 0) context.onIdle?.(idle.map((file) => pathInProject(plan, file)))
  return files.map((file) => ({ ...file, executable: file.startable || plan.executables.has(file.path) }))
}

/** An archive that held earlier artifacts would never be the same twice. */
function refuseOwnOutput(files: readonly ListedFile[], plan: ArchivePlan, out: string): void {
  const [plugin] = plan.file.split('_', 1)
  const isOurs = (name: string) => name.startsWith(`${plugin}_`) || name === RELEASE_FILE || name === BUNDLE_FILE
  const inside = files.find(({ source }) => dirname(source) === out && isOurs(basename(source)))
  if (!inside) return
  throw coded('MANIFEST_INVALID', {
    message: `\`files\` holds ${quote(inside.path)}, which octo wrote there itself`,
    hint: 'name the files to publish one by one, or build into another folder with `--out`',
  })
}

async function* counted(chunks: AsyncIterable<Uint8Array>, { item }: Packing): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    item?.advance(chunk.length)
    yield chunk
  }
}

async function* tapInto(
  hash: { update(chunk: Uint8Array): unknown },
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

function pathInProject(plan: ArchivePlan, file: Pick<ListedFile, 'path'>): string {
  return plan.root === '.' ? file.path : `${plan.root}/${file.path}`
}
