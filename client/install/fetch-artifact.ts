// Brings one artifact into the store, once for all processes: download → size and digest → archive rules → platform header
// → visible. Whatever fails on the way leaves nothing that could be executed.
import { coded, isCoded } from '../../schemas/errors.ts'
import type { Platform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { readPieces } from '../../system/files/read-pieces.ts'
import type { DownloadOrigin, DownloadSink } from '../../system/http/download.ts'
import { download } from '../../system/http/download.ts'
import { takeLock } from '../../system/process-lock.ts'
import { createDigestGate } from '../../trust/artifact/digest-gate.ts'
import { inspectArtifact } from '../../trust/artifact/inspect-artifact.ts'
import type { ProgramNeeds } from '../../trust/artifact/program/check-program.ts'
import { proveRawArtifact } from '../../trust/artifact/raw-artifact.ts'
import type { ClientContext } from '../context.ts'
import { shownDownload } from '../report.ts'
import type { ArtifactSource } from '../sources/offer.ts'
import type { Patience } from '../sources/places.ts'
import { firstOf, placesAt } from '../sources/places.ts'
import { STORE_DISK } from '../store/disk.ts'
import type { Layout } from '../store/layout.ts'
import type { Part } from '../store/parts.ts'
import { openPart } from '../store/parts.ts'
import type { StoredArtifact, StoredFile } from '../store/stored-artifact.ts'
import { storedArtifact, withPlaces } from '../store/stored-artifact.ts'
import { linkRaw, stageTree } from '../store/unpacked.ts'
import { proveShared } from './prove-shared.ts'
import { isDamage, proveStored } from './prove-stored.ts'

type Wanted = {
  /** `repo/plugin@version`, for messages. */
  readonly name: string
  readonly platform: Platform
  /** From a proven release. */
  readonly artifact: ReleaseArtifact
  readonly url: URL
  /** Where the same bytes are, when they cannot be had there. */
  readonly mirrors?: readonly URL[]
  /** Opened in place of the url. */
  readonly source?: (artifact: ReleaseArtifact) => Promise<ArtifactSource>
  /** For repos with `trust: unsigned`: archives as tar programs write them by themselves. */
  readonly lenient?: boolean
}

export type FetchedArtifact = {
  readonly stored: StoredArtifact
  /** Of the store that has it: the own one, or that of all users. */
  readonly layout: Layout
  /** What is in its folder, by the proven bytes. */
  readonly files: readonly StoredFile[]
  /** Bytes came over the network. */
  readonly fetched: boolean
}

/**
 * Afterwards the store holds the proven files: checked now, or written as they were proven. Throws what download and
 * trust/ throw, OFFLINE, STORE_CORRUPT, NO_SPACE or STORE_BUSY.
 */
export async function fetchArtifact(wanted: Wanted, context: ClientContext): Promise<FetchedArtifact> {
  const { layout, network, report } = context
  const { artifact, platform, name } = wanted
  const stored = storedArtifact(artifact, platform)
  const before = await proveStored(wanted, layout)
  if (before.files && before.health.state === 'good') return { stored, layout, files: before.files, fetched: false }
  const inShared = await proveShared(wanted, context)
  if (inShared?.files) return { stored, layout: inShared.layout, files: inShared.files, fetched: false }
  using _lock = await takeLock({
    path: layout.blobLock(artifact.digest),
    mode: 'exclusive',
    subject: artifact.file,
    ...STORE_DISK,
    ...(report.info ? { onWait: report.info } : {}),
  })
  // Whoever held the lock before has probably brought it.
  const { health, files } = await proveStored(wanted, layout)
  if (files && health.state === 'good') return { stored, layout, files, fetched: false }
  if (files) {
    const blob = { path: layout.blob(artifact.digest), commit: async () => undefined }
    return { stored, layout, files: await unpack(wanted, layout, blob), fetched: false }
  }
  const copied = inShared && (await copyFrom(inShared.layout, wanted, context))
  if (copied) return { stored, layout, files: copied, fetched: false }
  if (health.state === 'corrupt' && network.offline) throw corrupt(name, health.problem)
  if (health.state === 'corrupt')
    report.warn?.(`${quote(name)} in the store was damaged (${health.problem}), fetching it again`)
  return { stored, layout, files: await fetchInto(wanted, context), fetched: true }
}

/** Its bytes in the store of all users were proven a moment ago, and are once more on their way: others look after them. */
async function copyFrom(shared: Layout, wanted: Wanted, { layout, report }: ClientContext) {
  const { artifact, name } = wanted
  const part = openPart(layout, artifact.digest)
  try {
    const bytes = shared.blob(artifact.digest)
    const sink = await openSink(part, wanted, () => undefined)
    sink.restart({ url: bytes })
    for await (const chunk of readPieces(bytes)) sink.write(chunk)
    return await admit(part, sink, { wanted, layout })
  } catch (error) {
    if (isCoded(error) && !isDamage(error)) throw error
    report.warn?.(`${quote(name)} in the shared store is passed over: its bytes cannot be read, or are others`)
    return undefined
  } finally {
    part.discard()
  }
}

/** From its repo, or where that fails, from the mirrors of it: what one began, the next goes on with. */
function fetchInto(wanted: Wanted, context: ClientContext): Promise<readonly StoredFile[]> {
  const places = placesAt(wanted.url, wanted.mirrors ?? [])
  return firstOf(places, ({ url, isMirror }, retry) => fetchFrom({ ...wanted, url, isMirror, retry }, context), {
    ...context,
    subject: wanted.name,
    isPinned: true,
  })
}

type WantedHere = Wanted & { readonly isMirror: boolean; readonly retry: Patience }

async function fetchFrom(wanted: WantedHere, context: ClientContext): Promise<readonly StoredFile[]> {
  const part = openPart(context.layout, wanted.artifact.digest)
  const isContinued = part.size > 0
  try {
    return await fetchPart(part, wanted, context)
  } catch (error) {
    if (isCoded(error, 'FETCH_FAILED')) part.keep()
    else part.discard()
    // The rest was right and what lay here was not, or the other way round: only a whole download can tell.
    if (isContinued && isCoded(error, 'DIGEST_MISMATCH')) return fetchFrom(wanted, context)
    throw error
  }
}

async function fetchPart(part: Part, wanted: WantedHere, { layout, network, report }: ClientContext) {
  const { artifact } = wanted
  const { http, url } = (await wanted.source?.(artifact)) ?? {
    http: await network.http(wanted.url.href),
    url: wanted.url,
  }
  const shownName = wanted.isMirror ? `${wanted.name} from ${url.host || 'a mirror'}` : wanted.name
  return await shownDownload(report, shownName, async (shown) => {
    shown.begin(artifact.size)
    const sink = await openSink(part, wanted, shown.advance)
    const isOfOne = (wanted.mirrors ?? []).length === 0
    const continues = isOfOne ? 'same file' : 'same bytes'
    await download(http, {
      url,
      size: artifact.size,
      sink,
      continues,
      ...(wanted.retry ? { retry: wanted.retry } : {}),
    })
    return await admit(part, sink, { wanted, layout })
  })
}

type Admitted = { readonly wanted: Wanted; readonly layout: Layout }

/** What has come becomes part of the store, once it is proven. */
async function admit(part: Part, sink: Sink, { wanted, layout }: Admitted): Promise<readonly StoredFile[]> {
  const program = sink.finish()
  if (program) {
    await part.commit(0o555)
    return linkProven(wanted, layout, program)
  }
  return await unpack(wanted, layout, { path: part.path, commit: () => part.commit(0o444) })
}

type ProvenFile = { readonly path: string; readonly commit: () => Promise<void> }

/** Everything is looked at before the bytes become a blob; then the blob, then what is executed. */
async function unpack(wanted: Wanted, layout: Layout, { path, commit }: ProvenFile): Promise<readonly StoredFile[]> {
  const { artifact, platform, lenient = false } = wanted
  const stored = storedArtifact(artifact, platform)
  if (artifact.format === 'raw') {
    const { needs } = await inspectArtifact({ chunks: readPieces(path), artifact, platform })
    await commit()
    return linkProven(wanted, layout, needs)
  }
  const tree = stageTree(layout, stored)
  try {
    const inspection = { chunks: readPieces(path), artifact, platform, onFile: tree.onFile, lenient }
    const { places } = await inspectArtifact(inspection)
    await commit()
    return withPlaces(tree.publish(), places)
  } catch (error) {
    tree.discard()
    throw error
  }
}

/** The blob of a raw artifact is the program itself. */
function linkProven({ artifact, platform }: Wanted, layout: Layout, { places }: ProgramNeeds): readonly StoredFile[] {
  const stored = storedArtifact(artifact, platform)
  return withPlaces(linkRaw(layout, stored), new Map(places.length > 0 ? [[artifact.executable, places]] : []))
}

type Sink = DownloadSink & { size: number; origin: DownloadOrigin | undefined } & Pick<Proof, 'finish'>

/** Feeds the part and its proof alike, what was downloaded earlier included. */
async function openSink(part: Part, wanted: Wanted, advance: (bytes: number) => void): Promise<Sink> {
  const { artifact } = wanted
  let proof = openProof(wanted)
  const sink: Sink = {
    size: 0,
    origin: part.origin,
    restart(origin) {
      part.restart(origin)
      proof = openProof(wanted)
      sink.size = 0
      sink.origin = origin
    },
    write(chunk) {
      proof.update(chunk)
      part.write(chunk)
      sink.size += chunk.length
      advance(chunk.length)
    },
    finish: () => proof.finish(),
  }
  if (part.size > artifact.size) return sink
  for await (const chunk of part.existing()) {
    proof.update(chunk)
    sink.size += chunk.length
    advance(chunk.length)
  }
  return sink
}

type Proof = {
  update(chunk: Uint8Array): void
  /** Afterwards the bytes are the promised ones; of a raw artifact, which is one program, also that it may be run. */
  finish(): ProgramNeeds | undefined
}

function openProof({ artifact, platform }: Wanted): Proof {
  if (artifact.format === 'raw') return proveRawArtifact(artifact, platform)
  const { update, finish } = createDigestGate(artifact, artifact.file)
  return {
    update,
    finish() {
      finish()
      return undefined
    },
  }
}

function corrupt(name: string, problem: string): Error {
  return coded('STORE_CORRUPT', {
    message: `${quote(name)} in the store is not what was verified: ${problem}`,
    details: { name, problem },
    hint: 'run `octo install` with network, which fetches it again',
  })
}
