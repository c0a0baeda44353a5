// `octo self update`: a newer octo in place of this one, or this one as it was. Nothing is touched before it is clear whose the
// installation is; nothing is started before it is proven; nothing is switched before it was started.
import { coded } from '../../schemas/errors.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import { quote } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'
import { compareVersions } from '../../schemas/version.ts'
import { onDisk } from '../../system/files/errors.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { takeLock } from '../../system/process-lock.ts'
import type { OnStep } from './advance.ts'
import { advance } from './advance.ts'
import { previousOf } from './history.ts'
import { requireLayouts } from './layouts.ts'
import type { Installation } from './open-installation.ts'
import { openInstallation } from './open-installation.ts'
import type { Surroundings } from './own-client.ts'
import { chooseRelease, fetchRelease, openOwnClient, requireSpace } from './own-client.ts'
import { requireMarker } from './own-package.ts'
import type { Places } from './places.ts'
import { placesOf } from './places.ts'
import { requireOwn } from './require-own.ts'
import { checkItself } from './self-check.ts'
import { tidy } from './stage.ts'
import { switchTo } from './switch-to.ts'
import type { RunningOcto } from './used-versions.ts'
import { runningIn } from './used-versions.ts'

export type UpdateRequest = Surroundings & {
  readonly root: string
  /** Exactly this version, also when it is lower. */
  readonly to?: Version | undefined
  readonly dryRun?: boolean
  /** Go back although the older octo may not read what the newer one wrote. */
  readonly acceptLayouts?: boolean
  readonly onStep?: OnStep
  readonly onWait?: ((line: string) => void) | undefined
}

export type UpdateOutcome = {
  readonly state: 'updated' | 'unchanged' | 'planned'
  readonly from: Version
  readonly to: Version
  readonly signer?: string
  /** Versions that were taken away. */
  readonly removed: readonly string[]
  /** Processes that go on with another version than the one that is started from now on. */
  readonly running: readonly RunningOcto[]
}

/** Throws INSTALLATION_UNSAFE, DOWNGRADE_REFUSED, LAYOUT_NEWER, SELF_CHECK_FAILED, NO_SPACE, and what a client throws. */
export async function updateItself(request: UpdateRequest): Promise<UpdateOutcome> {
  const { root, to, dryRun = false, acceptLayouts = false, onStep = () => undefined } = request
  requireOwn(placesOf(root))
  using _lock = await lockInstallation(placesOf(root), request.onWait)
  const installation = openInstallation(root)
  const { places, record, current } = installation
  const now = requireMarker(places.version(current))
  const left = dryRun ? [] : clean(installation)
  await using client = await openOwnClient(places, { record, version: to }, request)
  const release = await chooseRelease(client, record.plugin, dryRun)
  onStep('resolved')
  const step = compareVersions(release.version, current)
  if (step < 0 && to === undefined) throw lower(release, current, record.repo.url)
  const told = { from: current, to: release.version, signer: release.signer }
  if (step === 0) return { ...told, state: 'unchanged', removed: left, running: othersRunning(places, current) }
  requireSpace(places, release)
  if (dryRun) return { ...told, state: 'planned', removed: [], running: [] }
  const executable = await fetchRelease(client, release)
  onStep('fetched')
  const removed = await advance(places, {
    client,
    executable,
    from: current,
    onStep,
    env: request.env,
    admit: (staged) => {
      if (step < 0 && !acceptLayouts) requireLayouts(now, staged)
    },
  })
  return { ...told, state: 'updated', removed: [...left, ...removed], running: othersRunning(places, release.version) }
}

type RollbackRequest = Pick<UpdateRequest, 'root' | 'env' | 'dryRun' | 'acceptLayouts' | 'onStep' | 'onWait'>

/** The version that was there before, which is kept for that. Throws VERSION_NOT_FOUND where there is none, and as above. */
export async function rollBack(request: RollbackRequest): Promise<UpdateOutcome> {
  const { root, dryRun = false, acceptLayouts = false, onStep = () => undefined } = request
  requireOwn(placesOf(root))
  using _lock = await lockInstallation(placesOf(root), request.onWait)
  const installation = openInstallation(root)
  const { places, current } = installation
  const previous = previousOf(places, current)
  if (previous === undefined) throw nothingKept(current)
  const [now, then] = [current, previous].map((version) => requireMarker(places.version(version)))
  if (now && then && !acceptLayouts && compareVersions(previous, current) < 0) requireLayouts(now, then)
  await checkItself(places.version(previous), previous, request.env)
  onStep('checked')
  const told = { from: current, to: previous }
  if (dryRun) return { ...told, state: 'planned', removed: [], running: [] }
  await switchTo(places, { to: previous, from: current, onNoted: () => onStep('noted') })
  onStep('switched')
  const removed = tidy(places, [previous, current])
  return { ...told, state: 'updated', removed, running: othersRunning(places, previous) }
}

/** One at a time; whoever waited sees what the one before has made. Throws STORE_BUSY. */
export async function lockInstallation(places: Places, onWait?: (line: string) => void): Promise<Disposable> {
  onDisk(places.state, () => makeFolder(places.state, 0o700))
  return takeLock({
    path: places.lock,
    mode: 'exclusive',
    subject: 'the installation of octo',
    onWait,
  })
}

/** What an update left that was killed. */
function clean({ places, current }: Installation): readonly string[] {
  return tidy(places, [current, previousOf(places, current)])
}

function othersRunning(places: Places, version: Version): readonly RunningOcto[] {
  return (runningIn(places) ?? []).filter((running) => running.version !== version)
}

function lower({ version }: LockedPlugin, current: Version, url: string): Error {
  return coded('DOWNGRADE_REFUSED', {
    message: `the newest octo that ${quote(url)} offers is ${version}, and ${current} is installed`,
    details: { from: current, to: version },
    hint: `when that is meant, run \`octo self update --to ${version}\``,
  })
}

function nothingKept(current: Version): Error {
  return coded('VERSION_NOT_FOUND', {
    message: `no octo is kept that was installed before ${current}`,
    details: { current },
    hint: 'name a version that the repo offers: `octo self update --to VERSION`',
  })
}
