// Keeps what a shared plugin prints within bounds: by whoever uses it, and by whoever comes by when nobody does.
import { sizeOf } from '../../logs/kept-log.ts'
import { LARGE_LOG_BYTES } from '../../logs/log-files.ts'
import { rotateLog } from '../../logs/rotate-log.ts'
import type { SharedPlaces } from './places.ts'

export function hasLargeLog({ stdout, stderr }: SharedPlaces): boolean {
  return [stdout, stderr].some((path) => sizeOf(path) >= LARGE_LOG_BYTES)
}

/** With the lock that is held. What cannot be put aside now may be later. */
export async function putLogsAside({ stdout, stderr }: SharedPlaces): Promise<void> {
  for (const path of [stdout, stderr]) await rotateLog(path, () => undefined).catch(() => undefined)
}
