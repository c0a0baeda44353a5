// The door for bytes: are these chunks the artifact that a proven release describes for this platform? Order: size and
// digest while streaming, archive rules, then the executable's presence and header.
import type { ArchiveLimits } from '../../schemas/archive-entry.ts'
import type { Digest } from '../../schemas/digest.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { Platform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { createDigestGate } from './digest-gate.ts'
import type { ArchiveFile, OnFile } from './inspect-archive.ts'
import { inspectArchive } from './inspect-archive.ts'
import { checkPlatformMagic, MAGIC_BYTES } from './platform-magic.ts'

export type ArtifactInspection = {
  readonly chunks: AsyncIterable<Uint8Array>
  /** From the predicate of a VerifiedRelease. */
  readonly artifact: ReleaseArtifact
  readonly platform: Platform
  readonly limits?: ArchiveLimits
  /** Is given every file: one for `raw`, all of an archive. What it wrote counts only after inspectArtifact returned. */
  readonly onFile?: OnFile
}

export type InspectedArtifact = {
  readonly files: readonly ArchiveFile[]
  /** Of the uncompressed tar, for `tar.gz`. */
  readonly contentDigest?: Digest
}

/**
 * Reads the chunks to their end. Throws SIZE_MISMATCH, DIGEST_MISMATCH, ARCHIVE_MALFORMED, ARCHIVE_ENTRY_UNSAFE,
 * LIMIT_EXCEEDED, PLATFORM_MISMATCH or STATEMENT_MISMATCH (no such executable in the archive).
 */
export async function inspectArtifact(inspection: ArtifactInspection): Promise<InspectedArtifact> {
  const { artifact, platform, limits, onFile } = inspection
  const gated = openGate(inspection.chunks, artifact)
  const head = watchHead(artifact.executable, onFile)
  const inspected = await gated.proving(() =>
    artifact.format === 'raw'
      ? inspectRaw(artifact, gated.chunks, head.onFile)
      : inspectTarball({ artifact, chunks: gated.chunks, limits, onFile: head.onFile }),
  )
  if (!head.seen()) throw executableMissing(artifact, inspected.files)
  checkPlatformMagic(head.bytes(), platform, artifact.file, artifact.runtime)
  return inspected
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

async function inspectRaw(artifact: ReleaseArtifact, chunks: AsyncIterable<Uint8Array>, onFile: OnFile) {
  const file = { path: artifact.executable, size: artifact.size, executable: true }
  await onFile(file, chunks)
  return { files: [file] }
}

type Tarball = {
  readonly artifact: ReleaseArtifact
  readonly chunks: AsyncIterable<Uint8Array>
  readonly limits: ArchiveLimits | undefined
  readonly onFile: OnFile
}

async function inspectTarball({ artifact, chunks, limits, onFile }: Tarball): Promise<InspectedArtifact> {
  const content = await inspectArchive({ chunks, name: artifact.file, ...(limits ? { limits } : {}), onFile })
  const { contentDigest } = artifact
  if (contentDigest === undefined || contentDigest === content.contentDigest) return content
  throw coded('DIGEST_MISMATCH', {
    message: `content of ${quote(artifact.file)} is other than stated, expected \`${contentDigest}\`, found \`${content.contentDigest}\``,
    details: { subject: artifact.file, expected: contentDigest, found: content.contentDigest },
  })
}

/** Keeps the first bytes of the executable as they pass to the callback. */
function watchHead(executable: string, onFile: OnFile | undefined) {
  const pieces: Buffer[] = []
  let missing = MAGIC_BYTES
  let seen = false
  async function* watched(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (missing > 0) pieces.push(Buffer.from(chunk.subarray(0, missing)))
      missing -= Math.min(missing, chunk.length)
      yield chunk
    }
  }
  const watching: OnFile = async (file, chunks) => {
    if (file.path !== executable) return onFile?.(file, chunks)
    seen = true
    const passing = watched(chunks)
    await onFile?.(file, passing)
    for await (const _skipped of passing);
  }
  return { onFile: watching, seen: () => seen, bytes: () => Buffer.concat(pieces) }
}

function executableMissing(artifact: ReleaseArtifact, files: readonly ArchiveFile[]): Error {
  return coded('STATEMENT_MISMATCH', {
    message: `archive ${quote(artifact.file)} does not hold ${quote(artifact.executable)}, which its statement says is executed`,
    details: {
      file: artifact.file,
      executable: artifact.executable,
      files: files.slice(0, 20).map(({ path }) => path),
    },
  })
}
