// A program in the store by its digest: its bytes become a blob only when they are the promised ones, and what is executed is
// unpacked from that blob and held to it before each start.
import { chmodSync, closeSync, fdatasyncSync, openSync, renameSync, rmSync } from 'node:fs'
import type { Digest } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import type { Platform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { clearPlace } from '../../system/files/atomic-file.ts'
import { digestOfFileSync } from '../../system/files/hash-file.ts'
import { readHead } from '../../system/files/read-pieces.ts'
import { stagedPath } from '../../system/files/staged-file.ts'
import { takeLock } from '../../system/process-lock.ts'
import type { ClientContext } from '../context.ts'
import { fetchArtifact } from '../install/fetch-artifact.ts'
import { proveStored } from '../install/prove-stored.ts'
import { onStoreDisk, STORE_DISK } from '../store/disk.ts'
import { statOf } from '../store/identity.ts'
import type { Layout } from '../store/layout.ts'
import type { KeptProgram } from './kept-program.ts'

type KeptFile = {
  /** What errors call it. */
  readonly name: string
  readonly digest: Digest
  readonly platform: Platform
  /** The file name of a program that is no archive. */
  readonly file: string
  /** Path of the program in an archive. */
  readonly binary?: string | undefined
}

const GZIP = Buffer.from([0x1f, 0x8b])

/** Undefined where the store does not have these bytes; throws what trust/ throws of bytes that may not be run. */
export async function proveKept(kept: KeptFile, context: ClientContext): Promise<KeptProgram | undefined> {
  const { digest, platform, name } = kept
  const path = context.layout.blob(digest)
  const found = statOf(path)
  if (!found?.isFile()) return undefined
  const artifact = artifactOf(kept, Number(found.size), readHead(path, GZIP.length))
  const { files } = await proveStored({ artifact, platform, lenient: true }, context.layout)
  if (!files) return undefined
  // Its blob is whole, so that nothing is downloaded.
  const { shared: _shared, ...own } = context
  return fetchArtifact({ name, platform, artifact, url: new URL('about:blank'), lenient: true }, own)
}

function artifactOf({ name, digest, file, binary }: KeptFile, size: number, head: Uint8Array): ReleaseArtifact {
  if (!GZIP.equals(head)) return { file, digest, size, format: 'raw', executable: lastOf(binary ?? file) }
  if (binary !== undefined) return { file, digest, size, format: 'tar.gz', executable: binary }
  throw coded('CONFIG_INVALID', {
    message: `${quote(name)} is an archive, and nothing says which of its files is the program`,
    details: { name, digest },
    hint: 'write its path in the archive as `binary: PATH` beside `url`',
  })
}

/** Repos of OctoCompose name it also where there is no archive. */
function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

type Bringing = {
  readonly digest: Digest
  /** What errors call the bytes. */
  readonly subject: string
  /** Writes them into a file that is not there yet. */
  readonly bring: (path: string) => Promise<void>
  /** What to do when others come. */
  readonly hint?: string | undefined
}

/** Makes bytes a blob of the store, once for all processes; throws DIGEST_MISMATCH for others than were promised. */
export async function bringBlob({ digest, subject, bring, hint }: Bringing, context: ClientContext): Promise<void> {
  const { layout, report } = context
  using _lock = await takeLock({
    path: layout.blobLock(digest),
    mode: 'exclusive',
    subject,
    ...STORE_DISK,
    onWait: report.info,
  })
  // Whoever held the lock before has probably brought it.
  if (digestOfFileSync(layout.blob(digest)) === digest) return
  const staged = stagedFile(layout)
  try {
    await bring(staged)
    const found = digestOfFileSync(staged)
    if (found !== digest) throw otherBytes({ subject, expected: digest, found, hint })
    commitBlob(layout, staged, digest)
  } finally {
    rmSync(staged, { force: true })
  }
}

/** Of a file whose digest was just found. */
export function commitBlob(layout: Layout, staged: string, digest: Digest): void {
  const place = layout.blob(digest)
  onStoreDisk(place, () => {
    const file = openSync(staged, 'r')
    try {
      fdatasyncSync(file)
    } finally {
      closeSync(file)
    }
    chmodSync(staged, 0o555)
    clearPlace(place)
    renameSync(staged, place)
  })
}

export function stagedFile(layout: Layout): string {
  return stagedPath(layout.staging, 'program')
}

type OtherBytes = {
  readonly subject: string
  readonly expected: Digest
  readonly found: Digest | undefined
  readonly hint: string | undefined
}

function otherBytes({ subject, expected, found, hint }: OtherBytes): Error {
  return coded('DIGEST_MISMATCH', {
    message: `${quote(subject)} has other bytes, expected \`${expected}\`, found \`${found}\``,
    details: { subject, expected, found },
    hint,
  })
}
