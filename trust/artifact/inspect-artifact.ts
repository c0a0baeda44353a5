// The door for bytes: are these chunks the artifact that a proven release describes for this platform? Order: size and
// digest while streaming, archive rules, then the executable's presence and header.

import type { Digest } from '../../schemas/digest.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { ArchiveLimits } from '../../schemas/limits.ts'
import type { Platform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import type { ArchiveFile, OnFile } from '../archive/inspect-archive.ts'
import { inspectArchive } from '../archive/inspect-archive.ts'
import { createDigestGate } from './digest-gate.ts'
import type { ProgramNeeds } from './program/check-program.ts'
import { NO_NEEDS } from './program/check-program.ts'
import { watchPatiently } from './program/patient-watch.ts'

type ArtifactInspection = {
  readonly chunks: AsyncIterable<Uint8Array>
  /** From the predicate of a VerifiedRelease. */
  readonly artifact: ReleaseArtifact
  readonly platform: Platform
  readonly limits?: ArchiveLimits | undefined
  /** Is given every file: one for `raw`, all of an archive. What it wrote counts only after inspectArtifact returned. */
  readonly onFile?: OnFile | undefined
  /** Only where nobody signs: archives in the forms that tar programs write by themselves are read too. */
  readonly lenient?: boolean
}

type InspectedArtifact = {
  readonly files: readonly ArchiveFile[]
  /** Of the uncompressed tar, for `tar.gz`. */
  readonly contentDigest?: Digest
  /** Of what is executed. */
  readonly needs: ProgramNeeds
  /** By file: where on the machine it loads code from. Whoever runs it asks who may write there. */
  readonly places: ReadonlyMap<string, readonly string[]>
}

/**
 * Reads the chunks to their end. Throws SIZE_MISMATCH, DIGEST_MISMATCH, ARCHIVE_MALFORMED, ARCHIVE_ENTRY_UNSAFE,
 * LIMIT_EXCEEDED, PLATFORM_MISMATCH, PROGRAM_UNSAFE or STATEMENT_MISMATCH (no such executable in the archive).
 */
export function inspectArtifact({ artifact, platform, ...rest }: ArtifactInspection): Promise<InspectedArtifact> {
  return inspectSharedArtifact({ ...rest, uses: [{ artifact, platform }] })
}

export type ArtifactUse = Pick<ArtifactInspection, 'artifact' | 'platform'>

type SharedInspection = Omit<ArtifactInspection, 'artifact' | 'platform'> & {
  /** What is said of these bytes: one digest, size and format, for any number of platforms. */
  readonly uses: readonly ArtifactUse[]
}

/** The same for platforms that share their bytes: those are read once, and all that is said of them is checked. */
export async function inspectSharedArtifact(inspection: SharedInspection): Promise<InspectedArtifact> {
  const { uses, limits, lenient = false } = inspection
  const artifact = oneArtifact(uses)
  const gated = openGate(inspection.chunks, artifact)
  let { onFile } = inspection
  const places = new Map<string, readonly string[]>()
  const verdicts = uses.map((use) => {
    const programs = watchPrograms({ ...use, onFile, places })
    onFile = programs.onFile
    return { ...use, verdict: programs.verdict }
  })
  const inspected = await gated.proving(() =>
    artifact.format === 'raw'
      ? inspectRaw(artifact, gated.chunks, onFile ?? skip)
      : inspectTarball({ uses, chunks: gated.chunks, limits, lenient, onFile }),
  )
  const all = verdicts.map((use) => {
    const needs = use.verdict()
    if (!needs) throw executableMissing(use.artifact, inspected.files)
    return needs
  })
  return { ...inspected, needs: all[0] ?? NO_NEEDS, places }
}

const skip: OnFile = async () => {}

/** Throws STATEMENT_MISMATCH for bytes of which two different things are said. */
function oneArtifact([first, ...others]: readonly ArtifactUse[]): ReleaseArtifact {
  const { digest, size, format } = first?.artifact ?? {}
  const odd = others.find(
    ({ artifact }) => artifact.digest !== digest || artifact.size !== size || artifact.format !== format,
  )
  if (first && !odd) return first.artifact
  throw coded('STATEMENT_MISMATCH', {
    message: `artifact \`${digest}\` is described in two ways, expected one size and format`,
    details: { digest },
  })
}

/** Whatever a reader leaves unread is read here: the proof must not depend on the appetite of a callback. */
function openGate(source: AsyncIterable<Uint8Array>, artifact: ReleaseArtifact) {
  const gate = createDigestGate(artifact, artifact.file)
  const iterator = source[Symbol.asyncIterator]()
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const result = await iterator.next()
    if (!result.done) gate.update(result.value)
    return result
  }
  const chunks: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next }) }
  async function finish(): Promise<void> {
    for await (const _unread of chunks);
    gate.finish()
  }
  async function proving<Result>(read: () => Promise<Result>): Promise<Result> {
    try {
      const result = await read()
      await finish()
      return result
    } catch (error) {
      // Damaged bytes look like a damaged archive: that they are not the promised ones is the better answer.
      if (isCoded(error, 'ARCHIVE_MALFORMED')) await finish()
      throw error
    } finally {
      await iterator.return?.()
    }
  }
  return { chunks, proving }
}

type Read = Omit<InspectedArtifact, 'needs' | 'places'>

async function inspectRaw(artifact: ReleaseArtifact, chunks: AsyncIterable<Uint8Array>, onFile: OnFile): Promise<Read> {
  const file = { path: artifact.executable, size: artifact.size, executable: true }
  await onFile(file, chunks)
  return { files: [file] }
}

type Tarball = {
  readonly uses: readonly ArtifactUse[]
  readonly chunks: AsyncIterable<Uint8Array>
  readonly limits: ArchiveLimits | undefined
  readonly lenient: boolean
  readonly onFile: OnFile | undefined
}

async function inspectTarball({ uses, chunks, limits, lenient, onFile }: Tarball): Promise<Read> {
  const name = uses[0]?.artifact.file ?? ''
  const content = await inspectArchive({
    chunks,
    name,
    lenient,
    limits,
    onFile,
  })
  for (const { artifact } of uses) requireContent(artifact, content)
  return content
}

function requireContent({ file, contentDigest }: ReleaseArtifact, content: Read): void {
  if (contentDigest === undefined || contentDigest === content.contentDigest) return
  throw coded('DIGEST_MISMATCH', {
    message: `content of ${quote(file)} is other than stated, expected \`${contentDigest}\`, found \`${content.contentDigest}\``,
    details: { subject: file, expected: contentDigest, found: content.contentDigest },
  })
}

type Watching = ArtifactUse & {
  readonly onFile: OnFile | undefined
  readonly places: Map<string, readonly string[]>
}

/** Looks at every file of the artifact as it passes to the callback, as any of them may be loaded or started by another. */
function watchPrograms({ artifact, platform, onFile, places }: Watching) {
  const { executable, runtime, file: name } = artifact
  let problem: unknown
  let needs: ProgramNeeds | undefined
  const watching: OnFile = async (file, chunks) => {
    // A raw artifact is one file, which each platform may call differently.
    const path = artifact.format === 'raw' ? executable : file.path
    const isExecuted = path === executable
    const startable = isExecuted || file.executable
    const shown = artifact.format === 'raw' ? name : `${name}: ${path}`
    const watch = watchPatiently({ name: shown, path, executable, startable, platform, runtime })
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        watch.push(chunk)
        yield chunk
      }
    }
    const passing = watched()
    await onFile?.(file, passing)
    for await (const _skipped of passing);
    const end = watch.end()
    if ('problem' in end) problem ??= end.problem
    const found = 'needs' in end ? end.needs : NO_NEEDS
    if (found.places.length > 0) places.set(path, found.places)
    if (isExecuted) needs = found
  }
  return {
    onFile: watching,
    /** Undefined when the executable was never seen; throws what was found in any file. */
    verdict() {
      if (needs && problem !== undefined) throw problem
      return needs
    },
  }
}

/** Who says so is a statement, or the config that names a program by its digest. */
function executableMissing(artifact: ReleaseArtifact, files: readonly ArchiveFile[]): Error {
  return coded('STATEMENT_MISMATCH', {
    message: `archive ${quote(artifact.file)} does not hold ${quote(artifact.executable)}, which is to be executed`,
    details: {
      file: artifact.file,
      executable: artifact.executable,
      files: files.slice(0, 20).map(({ path }) => path),
    },
  })
}
