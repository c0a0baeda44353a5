// Brings one artifact into the store, once for all processes: from the store of all users, its repo or a mirror of that, whichever
// gives the promised bytes first. How they are proven on their way is for admit-artifact.ts.
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { readPieces } from '../../system/files/read-pieces.ts'
import { download } from '../../system/http/download.ts'
import { takeLock } from '../../system/process-lock.ts'
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
import { storedArtifact } from '../store/stored-artifact.ts'
import type { Promised } from './admit-artifact.ts'
import { admit, openSink, unpack } from './admit-artifact.ts'
import { proveShared } from './prove-shared.ts'
import { isDamage, proveStored } from './prove-stored.ts'

type Wanted = Promised & {
  /** `repo/plugin@version`, for messages. */
  readonly name: string
  readonly url: URL
  /** Where the same bytes are, when they cannot be had there. */
  readonly mirrors?: readonly URL[]
  /** Opened in place of the url. */
  readonly source?: ((artifact: ReleaseArtifact) => Promise<ArtifactSource>) | undefined
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
    onWait: report.info,
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

async function fetchFrom(wanted: WantedHere, context: ClientContext, attempt = 1): Promise<readonly StoredFile[]> {
  const part = openPart(context.layout, wanted.artifact.digest)
  let isPieced = part.size > 0
  const onContinued = () => {
    isPieced = true
  }
  try {
    return await fetchPart(part, { ...wanted, onContinued }, context)
  } catch (error) {
    if (isCoded(error, 'FETCH_FAILED')) part.keep()
    else part.discard()
    // One piece was right and another was not: only a whole download can tell. Whoever breaks off each time is asked twice.
    if (isPieced && attempt === 1 && isCoded(error, 'DIGEST_MISMATCH')) return fetchFrom(wanted, context, 2)
    throw error
  }
}

type WantedPieces = WantedHere & { readonly onContinued: () => void }

async function fetchPart(part: Part, wanted: WantedPieces, { layout, network, report }: ClientContext) {
  const { artifact, onContinued } = wanted
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
      onContinued,
      retry: wanted.retry,
    })
    return await admit(part, sink, { wanted, layout })
  })
}

function corrupt(name: string, problem: string): Error {
  return coded('STORE_CORRUPT', {
    message: `${quote(name)} in the store is not what was verified: ${problem}`,
    details: { name, problem },
    hint: 'run `octo install` with network, which fetches it again',
  })
}
