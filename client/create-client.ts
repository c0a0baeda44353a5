// The pipeline: requests → lockfile or repos → proof → store → verified executable.
import type { PluginPin, PluginRequest } from '../config/model/config.ts'
import { programsOf } from '../config/model/requests.ts'
import { openRevocations } from '../config/revocations.ts'
import type { CodedError } from '../schemas/errors.ts'
import { coded } from '../schemas/errors.ts'
import type { LockedPlugin } from '../schemas/lockfile.ts'
import type { Name } from '../schemas/name.ts'
import type { Settled } from '../system/async/limit.ts'
import { inParallel, settled } from '../system/async/limit.ts'
import { syncFolders } from '../system/files/sync.ts'
import { takeLock } from '../system/process-lock.ts'
import type { Client, ClientOptions, InstallReport, PluginOutcome } from './api.ts'
import type { ClientContext } from './context.ts'
import { openContext } from './context.ts'
import type { Installed } from './install/install-entry.ts'
import { installEntry, releaseOf } from './install/install-entry.ts'
import { openLockfile } from './lockfile/lock.ts'
import { refuseRevoked } from './revoked-since.ts'
import { requireGood, requireOwnPlaces } from './store/check.ts'
import { STORE_DISK } from './store/disk.ts'
import { noteLocked, noteLockfile } from './store/known-projects.ts'
import { noteUse } from './store/last-use.ts'
import { nameProgram } from './store/shims.ts'
import type { VerifiedExecutable } from './verified-executable.ts'
import { groundsOf } from './warm/grounds.ts'
import { recordWarmRun } from './warm/record.ts'

const PARALLEL = 8

export async function createClient(options: ClientOptions): Promise<Client> {
  const { config, lockPath, storeRoot } = options
  const context = openContext(options)
  const { layout, network } = context
  const lockfile = openLockfile(context)
  const known = new WeakMap<VerifiedExecutable, Installed>()
  const revocations = openRevocations(config)
  let hasFetched = false

  async function installAll(covered: readonly Settled<LockedPlugin>[]): Promise<readonly Settled<Installed>[]> {
    noteLockfile(layout, lockPath)
    noteLocked(layout, lockPath, lockfile.current())
    const installed = await installEntries(covered, context)
    for (const item of installed) {
      if (item.state === 'failed') continue
      known.set(item.value.executable, item.value)
      noteUse(item.value.layout, item.value.stored.key)
      hasFetched ||= item.value.fetched
    }
    return installed
  }

  async function provide(requests: readonly PluginRequest[]): Promise<readonly PluginOutcome[]> {
    const installed = await installAll(await lockfile.cover(requests))
    return installed.map((item) => (item.state === 'done' ? { state: 'done', value: item.value.executable } : item))
  }

  return {
    lock: (options = {}) => lockfile.renew(options),
    async install() {
      const asked = await lockfile.coverConfig()
      const outcomes = await installAll(asked.map(({ covered }) => covered))
      const report = reportOf(
        asked.map(({ plugin }, index) => [plugin, outcomes[index] as Settled<Installed>]),
        config.pins,
      )
      return { ...report, programs: await installPrograms(context) }
    },
    provide,
    async ensure(requests) {
      return allOf(await provide(requests))
    },
    async manifests(requests) {
      const covered = await lockfile.cover(requests)
      return inParallel(covered, PARALLEL, async (entry) =>
        entry.state === 'failed' ? entry : settled(async () => (await releaseOf(entry.value, context)).manifest),
      )
    },
    async provideProgram(wanted) {
      const { provideProgram } = await import('./programs/provide-program.ts')
      return provideProgram(wanted, context)
    },
    locate(executable) {
      const { stored, name, files, layout: place } = known.get(executable) ?? notOurs()
      refuseRevoked(executable, revocations)
      requireGood(place, stored, { name, files })
      requireOwnPlaces({ name, files })
      noteUse(place, stored.key)
      return executable
    },
    recordWarmRun({ configPath, request }, executable) {
      const { stored, isWarned, layout: place } = known.get(executable) ?? notOurs()
      recordWarmRun(place, { key: { storeRoot, configPath, lockPath, request }, config, stored, executable, isWarned })
    },
    async grounds({ configPath, request }, executable) {
      const installed = known.get(executable) ?? notOurs()
      return groundsOf(installed.layout, { key: { storeRoot, configPath, lockPath, request }, config, ...installed })
    },
    nameProgram(executable) {
      return nameProgram(layout, executable, known.get(executable) ?? notOurs())
    },
    async placeAlone(executable, folder) {
      const { placeAlone } = await import('./install/place-alone.ts')
      return placeAlone(known.get(executable) ?? notOurs(), folder)
    },
    async placeWhole(executable, folder) {
      const { copyProvenFiles } = await import('./install/copy-proven.ts')
      const { files, name } = known.get(executable) ?? notOurs()
      await copyProvenFiles(folder, { root: executable.root, files, name })
    },
    async otherNeedOf(executable) {
      const { otherNeedOf } = await import('./install/place-alone.ts')
      return otherNeedOf(executable)
    },
    async repoImages(services) {
      const { repoImages } = await import('./sources/plain/repo-images.ts')
      return repoImages(services, context)
    },
    lockfile: () => lockfile.current(),
    async [Symbol.asyncDispose]() {
      network[Symbol.dispose]()
      if (hasFetched) await makeRoom(context)
    },
  }
}

/** After something came, and when everybody has what they waited for. What goes wrong there is told by `octo cache`, and fails nothing. */
async function makeRoom({ layout, env }: ClientContext): Promise<void> {
  const { cacheLimitOf } = await import('./store/cache-limit.ts')
  const limitBytes = cacheLimitOf(env)
  if (typeof limitBytes !== 'number') return
  const { keepSmall } = await import('./store/keep-small.ts')
  try {
    await keepSmall(layout, { limitBytes, now: Date.now() })
  } catch {
    // The command has done what it was asked for.
  }
}

async function installEntries(covered: readonly Settled<LockedPlugin>[], context: ClientContext) {
  const { layout, report } = context
  const waiting = report.info ? { onWait: report.info } : {}
  using _lock = await takeLock({
    path: layout.storeLock,
    mode: 'shared',
    subject: 'the store',
    ...STORE_DISK,
    ...waiting,
  })
  const installed = await inParallel(
    covered,
    PARALLEL,
    async (entry): Promise<Settled<Installed>> =>
      entry.state === 'done' ? settled(() => installEntry(entry.value, context)) : entry,
  )
  if (installed.some((item) => item.state === 'done' && item.value.fetched))
    syncFolders([layout.blobs, layout.trees, layout.releases], STORE_DISK)
  return installed
}

/** One after the other, as a build has the machine for itself. Where a plugin runs the services, it brings what they are. */
async function installPrograms(context: ClientContext): Promise<InstallReport['programs']> {
  const { services, operator } = context.config
  const wanted = operator?.kind === 'plugin' ? [] : programsOf(services)
  if (wanted.length === 0) return []
  const { provideProgram } = await import('./programs/provide-program.ts')
  return inParallel(wanted, 1, async (one) => ({
    service: one.service,
    outcome: await settled(() => provideProgram(one, context)),
  }))
}

function reportOf(
  outcomes: readonly (readonly [Name, Settled<Installed>])[],
  pins: readonly PluginPin[],
): Omit<InstallReport, 'programs'> {
  const installed = outcomes.flatMap(([, outcome]) => (outcome.state === 'done' ? [outcome.value] : []))
  const fresh = installed.filter(({ fetched }) => fetched).map(({ artifact }) => artifact)
  const isOptional = (name: Name, { code }: CodedError) =>
    code === 'NO_MATCHING_PLATFORM' && pins.some(({ plugin, optional }) => plugin === name && optional === true)
  return {
    executables: installed.map(({ executable }) => executable),
    downloaded: fresh.map(({ file, digest, size }) => ({ file, digest, size })),
    failed: outcomes.flatMap(([plugin, outcome]) =>
      outcome.state === 'failed'
        ? [{ plugin, error: outcome.error, isOptional: isOptional(plugin, outcome.error) }]
        : [],
    ),
  }
}

function allOf(outcomes: readonly PluginOutcome[]): readonly VerifiedExecutable[] {
  return outcomes.map((outcome) => {
    if (outcome.state === 'failed') throw outcome.error
    return outcome.value
  })
}

function notOurs(): never {
  throw coded('INTERNAL', { message: 'an executable of another client was to be run' })
}
