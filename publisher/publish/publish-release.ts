// The steps from a signed release in dist to a version that everyone can install.
import { join } from 'node:path'
import type { VersionStanding } from '../../schemas/version-notes.ts'
import { standingOf } from '../../schemas/version-notes.ts'
import { BUNDLE_FILE } from '../../static-tree/paths.ts'
import { inParallel } from '../../system/async/limit.ts'
import type { Connection } from '../../system/http/connection.ts'
import type { ProgressItem } from '../../terminal/index.ts'
import type { VerifiedRelease } from '../../trust/release/verify-release.ts'
import type { ReleaseSigner } from '../sign/release-signer.ts'
import type { PublishStage } from './interruption.ts'
import type { Shown } from './published-version.ts'
import { requireSameRelease } from './published-version.ts'
import { openSession, publishSession } from './publishing-session.ts'
import type { BlobSource } from './upload.ts'
import { uploadBlob } from './upload.ts'
import { verifyPublished } from './verify-published.ts'

type PublishRequest = {
  readonly connection: Connection
  readonly out: string
  readonly predicate: VerifiedRelease['predicate']
  readonly signer: ReleaseSigner
  /** What the registry showed of the version before; nothing when it is new. */
  readonly before: Shown | undefined
  /** Shows one upload, where somebody looks. */
  readonly item?: (label: string, size: number) => ProgressItem | undefined
  readonly onStage: (stage: PublishStage) => void
}

export type Outcome = {
  /** `unchanged`: this very release was published before. */
  readonly state: 'published' | 'unchanged'
  /** What the registry says of a version that was there before. */
  readonly standing?: VersionStanding
  readonly serial: number
  /** What is chosen where no version is asked for. */
  readonly isNewest: boolean
  readonly publishedAt: string
  readonly uploadedBytes: number
}

const PARALLEL_UPLOADS = 4

/** Idempotent: throws VERSION_EXISTS only where the version exists with other bytes. */
export async function publishRelease(request: PublishRequest): Promise<Outcome> {
  if (request.before) return unchanged(request, request.before)
  request.onStage('signing')
  const signed = await request.signer.sign(request.out, request.predicate)
  return uploadAndPublish(request, signed.bundle, signed.release)
}

/** Whatever is shown of it: said is only what the registry knows to be published, and gives to everybody as it was built. */
async function unchanged(request: PublishRequest, { version }: Shown): Promise<Outcome> {
  const { connection, predicate, signer } = request
  request.onStage('proving')
  const { bundle, release } = await requireSameRelease(connection, version, { predicate, key: signer.trustKey })
  // Opens nothing for what is sealed, and says today what the token no longer allows, not on the day of a release.
  const { state } = await openSession(connection, predicate, version.bundle)
  // It was lost there, as when a backup from before it came back, and a cache or a mirror still shows it.
  if (state === 'open') return uploadAndPublish(request, bundle, release)
  const { serial, isNewest } = await verifyPublished(connection, { predicate, key: signer.trustKey })
  const { publishedAt } = version
  return { state: 'unchanged', standing: standingOf(version), serial, isNewest, publishedAt, uploadedBytes: 0 }
}

async function uploadAndPublish(request: PublishRequest, bundle: string, release: VerifiedRelease): Promise<Outcome> {
  const { connection, predicate, signer } = request
  request.onStage('uploading')
  const info = { digest: release.bundleDigest, size: Buffer.byteLength(bundle) }
  const session = await openSession(connection, predicate, info)
  const sources = sourcesOf(request, bundle, release)
  const pending = session.state === 'open' ? session.uploads.filter(({ offset, size }) => offset < size) : []
  await inParallel(pending, PARALLEL_UPLOADS, async ({ digest, size, offset }) => {
    const source = sources.get(digest)
    // A registry may ask only for what was announced.
    if (!source) return
    const item = request.item?.(source.name, size)
    const upload = { session: session.id, digest, size, ...source, onProgress: (bytes: number) => item?.advance(bytes) }
    try {
      await uploadBlob(connection, upload, offset)
      item?.done()
    } catch (error) {
      item?.fail('upload failed')
      throw error
    }
  })
  request.onStage('publishing')
  const published = await publishSession(connection, session.id)
  request.onStage('proving')
  const { serial, isNewest } = await verifyPublished(connection, { predicate, key: signer.trustKey })
  const uploadedBytes = pending.reduce((sum, { size, offset }) => sum + size - offset, 0)
  return { state: 'published', serial, isNewest, publishedAt: published.publishedAt, uploadedBytes }
}

function sourcesOf({ out, predicate }: PublishRequest, bundle: string, release: VerifiedRelease) {
  const sources = new Map<string, { name: string; source: BlobSource }>()
  for (const { digest, file } of Object.values(predicate.platforms))
    sources.set(digest, { name: file, source: { path: join(out, file) } })
  return sources.set(release.bundleDigest, { name: BUNDLE_FILE, source: { text: bundle } })
}
