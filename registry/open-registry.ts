// Opens a data directory for serving: lock, database, blobs, uploads, tree; recovers what a crash left. Closing undoes it in
// the opposite order.
import { closeSync, openSync } from 'node:fs'
import type { Logger } from 'pino'
import { coded, isCoded } from '../schemas/errors.ts'
import { openFairSlots } from '../system/async/slots.ts'
import { openDiskBlobs } from './blobs/disk.ts'
import type { BlobStore } from './blobs/store.ts'
import { createProofBudget } from './budgets/proof-budget.ts'
import { createRefusedTries } from './budgets/refused-tries.ts'
import type { Clock, RegistryDeps, RegistryServices } from './context.ts'
import { makeDataFolder } from './data-dir/folder.ts'
import { lockDataDir } from './data-dir/lock.ts'
import { databasePath, lockPath, uploadsPath } from './data-dir/paths.ts'
import { rememberPlaces } from './data-dir/places.ts'
import { requireBlobRenames, requireTreeRenames } from './data-dir/renames.ts'
import type { OpenOptions as SqliteOptions } from './db/sqlite/open.ts'
import { openSqliteStore } from './db/sqlite/store.ts'
import type { MetadataStore } from './db/store.ts'
import { isFatal } from './fatal.ts'
import { createInspections } from './inspections.ts'
import type { ServingClaim } from './serving-claim.ts'
import { claimServing } from './serving-claim.ts'
import type { RegistrySettings } from './settings.ts'
import { diskTrees } from './tree/disk.ts'
import type { Trees } from './tree/store.ts'
import type { Tree } from './tree/tree.ts'
import { openTree } from './tree/tree.ts'
import { collectGarbage } from './upkeep/collect-garbage.ts'
import { checkDatabase, sweepSessions } from './upkeep/recover.ts'
import { uploadedFile } from './uploads/finished-upload.ts'
import { openUploadArea } from './uploads/upload-area.ts'
import { noteAuditHead } from './witness/audit-head.ts'
import { requireRowsForBlobs, requireWholeLog } from './witness/missing-rows.ts'

export type OpenRegistry = {
  readonly services: RegistryServices
  readonly tree: Tree
  /** From now on nothing is accepted; what is in flight may end. */
  refuse(error: Error): void
  /** Ends uploads in flight; their parts stay for later. */
  endUploads(): void
  close(): Promise<void>
}

type OpenOptions = {
  readonly config: RegistrySettings
  readonly logger: Logger
  readonly clock?: Clock
  /** Where all but bytes is kept; in a database of the data directory when absent. */
  readonly metadata?: MetadataStore
  /** Where bytes are kept; in the data directory when absent. */
  readonly blobs?: BlobStore
  /** Where what is served is kept; in the data directory when absent. */
  readonly trees?: Trees
  /** Whether a folder in which no registry ever wrote is refused. */
  readonly existing?: boolean
  /** Told when the disk can no longer be trusted. */
  readonly onHalt?: (error: unknown) => void
}

const PARALLEL_INSPECTIONS = 2
const SWEEP_EVERY_MS = 60_000
const LOOK_EVERY_MS = 500

/** Throws DATA_DIR_LOCKED, DATA_DIR_CORRUPT, NO_SPACE or IO_FAILED. */
export async function openRegistry({
  config,
  logger,
  clock = Date.now,
  metadata,
  blobs,
  trees,
  existing = false,
  onHalt,
}: OpenOptions): Promise<OpenRegistry> {
  await using stack = new AsyncDisposableStack()
  makeDataFolder(config.dataDir)
  const lock = lockDataDir(config.dataDir, lockPath(config.dataDir))
  stack.defer(() => lock.release())
  const deps = await openDeps({ config, logger, clock, metadata, blobs, trees, busyMs: 0, existing })
  stack.defer(() => deps.metadata.close())
  await checkDatabase(deps)
  await requireWholeLog(deps)
  const claim = await claimServing(deps.metadata.serving, config.dataDir, lock)
  stack.defer(() => claim.release())
  const uploads = await openUploadArea(config.dataDir)
  await sweepSessions(deps, uploads)
  let refusal: Error | undefined
  const halt = (error: unknown) => {
    if (refusal) return
    const isLost = isCoded(error, 'DATA_DIR_LOCKED')
    const why = isLost ? 'its data was taken over, moved away or replaced' : 'its disk failed'
    const event = isLost ? 'the data was taken over, moved away or replaced' : 'the disk cannot be trusted'
    logger.fatal({ err: error }, `${event}, the registry stops accepting`)
    refusal = coded('SHUTTING_DOWN', { message: `the registry stopped, because ${why}`, cause: error })
    onHalt?.(error)
  }
  /** What work in the background fails with: a disk that cannot be trusted stops the registry, anything else is tried again. */
  const failed = (event: string) => (error: unknown) =>
    isFatal(error) ? halt(error) : logger.error({ err: error }, event)
  const stores = await deps.trees.open()
  if (!blobs) await requireBlobRenames(config.dataDir)
  if (!trees) await requireTreeRenames(config.dataDir)
  const tree = await openTree({ ...deps, ...stores, onFatal: halt, requireClaim: () => claim.require() })
  stack.defer(() => tree.close())
  // A large tree takes longer to look over than a start may take.
  tree.check().catch(failed('the static tree could not be looked over'))
  stack.defer(keepClaim(claim, halt, logger))
  stack.defer(keepAuditHead(deps, claim, failed('the end of the audit log could not be noted')))
  stack.defer(
    watchOtherWriters(deps, tree, {
      sweep: () => sweepSessions(deps, uploads),
      failed: failed('background work failed'),
    }),
  )
  stack.defer(collectOften(deps, failed('blobs could not be collected')))
  const uploadsEnd = new AbortController()
  const services: RegistryServices = {
    ...deps,
    uploads,
    tree,
    requireInPlace: inPlaceOf(deps),
    inspections: createInspections({
      blobs: deps.blobs,
      slots: openFairSlots(PARALLEL_INSPECTIONS),
      budget: createProofBudget(config.limits.proofMsPerHour, clock),
    }),
    refusedTries: createRefusedTries(config.limits.refusedTriesPerHour, clock),
    stopUploads: uploadsEnd.signal,
    refusal: () => refusal,
    halt,
  }
  const opened = stack.move()
  return {
    services,
    tree,
    refuse: (error) => {
      refusal ??= error
    },
    endUploads: () => uploadsEnd.abort(coded('SHUTTING_DOWN', { message: 'the registry is stopping' })),
    close: () => opened.disposeAsync(),
  }
}

type DepsOptions = Required<Pick<OpenOptions, 'config' | 'logger' | 'clock'>> & {
  readonly metadata?: MetadataStore | undefined
  readonly blobs?: BlobStore | undefined
  readonly trees?: Trees | undefined
  readonly busyMs?: number | undefined
  /** Whether a database that nobody wrote to yet is refused. */
  readonly existing?: boolean
}

/** The database and blobs of a data directory, as commands use them beside a running server. Throws DATA_DIR_CORRUPT and others. */
export async function openDeps(options: DepsOptions): Promise<RegistryDeps> {
  const { config, logger, clock, blobs, trees, busyMs, existing = false } = options
  const metadata = options.metadata ?? openDatabase(databasePath(config.dataDir), { existing, busyMs })
  try {
    const stores = await openStores(config.dataDir, { blobs, trees })
    await requireRowsForBlobs(metadata, stores.blobs)
    return { config, metadata, ...stores, clock, logger }
  } catch (error) {
    await metadata.close()
    throw error
  }
}

function openDatabase(path: string, options: SqliteOptions): MetadataStore {
  // SQLite gives its other files the mode of the first.
  closeSync(openSync(path, 'a', 0o600))
  return openSqliteStore(path, options)
}

type RegistryStores = Pick<RegistryDeps, 'blobs' | 'trees'>

/** Blobs beside the tree never change, so its files are links to them; from elsewhere they are copied. */
export async function openStores(
  dataDir: string,
  { blobs, trees }: Pick<DepsOptions, 'blobs' | 'trees'> = {},
): Promise<RegistryStores> {
  if (blobs) return { blobs, trees: trees ?? diskTrees({ dataDir }) }
  const own = await openDiskBlobs({ dataDir, fileToTake: uploadedFile })
  return { blobs: own, trees: trees ?? diskTrees({ dataDir, blobFile: own.fileOf }) }
}

/** What no store keeps: the directory itself and what is uploaded. */
function inPlaceOf({ config: { dataDir }, metadata, blobs, trees }: RegistryDeps): () => Promise<void> {
  const requireOwn = rememberPlaces(dataDir, [dataDir, uploadsPath(dataDir)])
  return async () => {
    await requireOwn()
    for (const store of [metadata.upkeep, blobs, trees]) await store.requireInPlace()
  }
}

type OnFailure = (error: unknown) => void

/** Where the audit log ends is noted soon after each change. */
function keepAuditHead(
  { metadata, config }: RegistryDeps,
  claim: ServingClaim,
  failed: OnFailure,
): () => Promise<void> {
  let noting: Promise<void> = Promise.resolve()
  let noted = 0
  const note = () => {
    noting = noting
      .then(async () => {
        const id = (await metadata.audit.head())?.id ?? 0
        if (id === noted) return
        // In a folder that came in the place of the data, it would speak of rows that are not there.
        if (!(await isOurs(claim))) return
        await noteAuditHead(metadata.audit, config.dataDir)
        noted = id
      })
      .catch(failed)
  }
  const timer = setInterval(note, LOOK_EVERY_MS).unref()
  return () => {
    clearInterval(timer)
    note()
    return noting
  }
}

async function isOurs(claim: ServingClaim): Promise<boolean> {
  try {
    await claim.require()
    return true
  } catch (error) {
    // Whoever keeps the claim says so.
    if (isCoded(error, 'DATA_DIR_LOCKED')) return false
    throw error
  }
}

/** What sessions brought that came to nothing goes by itself. */
function collectOften(deps: RegistryDeps, failed: OnFailure): () => Promise<void> {
  const { gcEveryMs, gcGraceMs } = deps.config.times
  let collecting: Promise<void> = Promise.resolve()
  const collect = async () => {
    const { blobs, bytes } = await collectGarbage(deps, { dryRun: false, graceMs: gcGraceMs })
    if (blobs.length > 0)
      deps.logger.info({ blobs: blobs.length, bytes }, 'blobs that nothing refers to were collected')
  }
  const timer = setInterval(() => {
    collecting = collecting.then(collect).catch(failed)
  }, gcEveryMs).unref()
  return () => {
    clearInterval(timer)
    return collecting
  }
}

/** Looks after the claim; a registry that lost its data to another process stops. */
function keepClaim(claim: ServingClaim, halt: (error: unknown) => void, logger: Logger): () => Promise<void> {
  return repeatedly(claim.keep, (error) => {
    if (isCoded(error, 'STORE_BUSY')) return
    if (isCoded(error, 'DATA_DIR_LOCKED') || isFatal(error)) return halt(error)
    logger.error({ err: error }, 'the claim on the data could not be looked after')
  })
}

/** Commands such as `repo create` write to the database of a running server: what they changed must show, too. */
function watchOtherWriters(
  { metadata }: RegistryDeps,
  tree: Tree,
  { sweep, failed }: { readonly sweep: () => Promise<void>; readonly failed: OnFailure },
): () => Promise<void> {
  const endLooking = repeatedly(async () => {
    if (await metadata.serving.hasChangedElsewhere()) await tree.drain()
  }, failed)
  const sweeping = setInterval(() => void sweep().catch(failed), SWEEP_EVERY_MS).unref()
  return () => {
    clearInterval(sweeping)
    return endLooking()
  }
}

/** Every half second, unless the last time is not over yet. Gives what ends it, and waits for what is under way. */
function repeatedly(act: () => Promise<void>, failed: OnFailure): () => Promise<void> {
  let acting: Promise<void> | undefined
  const timer = setInterval(() => {
    acting ??= act()
      .catch(failed)
      .finally(() => {
        acting = undefined
      })
  }, LOOK_EVERY_MS).unref()
  return async () => {
    clearInterval(timer)
    await acting
  }
}
