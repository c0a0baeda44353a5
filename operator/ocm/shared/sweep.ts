// Sets right what other processes left of what they shared, wherever nobody is at work on it.
import type { Environment } from '../instance/runtime-folder.ts'
import { mendPlaces } from './end.ts'
import { tryPlaces } from './lock.ts'
import type { SharedPlaces } from './places.ts'
import { allSharedPlaces } from './places.ts'

export async function sweepShared(env: Environment, except?: SharedPlaces): Promise<void> {
  for (const places of allSharedPlaces(env)) {
    if (places.folder === except?.folder) continue
    using lock = tryPlaces(places)
    if (lock) await mendPlaces(places)
  }
}
