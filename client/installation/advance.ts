// From a proven release to the octo that is started: staged beside, checked by being started, placed, noted, switched. The same way for
// the first version, for a newer one and for one that somebody asked for.
import { rmSync } from 'node:fs'
import type { PackageMarker } from '../../schemas/installation.ts'
import type { Version } from '../../schemas/version.ts'
import type { Client } from '../api.ts'
import type { VerifiedExecutable } from '../verified-executable.ts'
import { previousOf } from './history.ts'
import { emptyStore } from './own-client.ts'
import type { Places } from './places.ts'
import { checkItself } from './self-check.ts'
import { place, stage, tidy } from './stage.ts'
import { switchTo } from './switch-to.ts'

/** Where a step may end for good, in this order: whatever is on disk by then has to be no harm. */
// allow(dead-export): the test kills an update behind every step
export const STEPS = ['resolved', 'fetched', 'staged', 'checked', 'placed', 'noted', 'switched', 'tidied'] as const
export type OnStep = (step: (typeof STEPS)[number]) => void

type Advance = {
  readonly client: Client
  readonly executable: VerifiedExecutable
  readonly from: Version | undefined
  /** Throws where what was staged may not take the place of what runs. */
  readonly admit: (staged: PackageMarker) => void
  readonly onStep: OnStep
  readonly env: Readonly<Record<string, string | undefined>> | undefined
  /** Called when nothing can be refused any more, before the switch. */
  readonly beforeSwitch?: () => Promise<void>
}

/** Under the lock. Gives the versions that were taken away. */
export async function advance(places: Places, wanted: Advance): Promise<readonly string[]> {
  const { client, executable, from, admit, onStep, env, beforeSwitch } = wanted
  const { version } = executable
  const staged = await stage(places, client, executable)
  try {
    onStep('staged')
    admit(staged.marker)
    await checkItself(staged.folder, version, env)
    onStep('checked')
    place(places, staged)
  } finally {
    rmSync(staged.outer, { recursive: true, force: true })
  }
  onStep('placed')
  await beforeSwitch?.()
  await switchTo(places, { to: version, from, onNoted: () => onStep('noted') })
  onStep('switched')
  emptyStore(places)
  const removed = tidy(places, [version, previousOf(places, version)])
  onStep('tidied')
  return removed
}
