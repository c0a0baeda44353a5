// What a process does for a shared instance as long as it uses it: sees that it ends, tells what it prints, and keeps what it
// printed within bounds.

import { parseAnnouncement } from '../../../schemas/contract/ocm/announcement.ts'
import type { ProcessIdentity } from '../../../system/process/identity.ts'
import { isAlive } from '../../../system/process/identity.ts'
import { sizeOf } from '../../logs/kept-log.ts'
import { noteTime } from '../../logs/log-files.ts'
import type { PluginLine } from '../instance/lines.ts'
import { parsePluginLine } from '../instance/lines.ts'
import { tryPlaces } from './lock.ts'
import { hasLargeLog, putLogsAside } from './log-bounds.ts'
import { openLogTail } from './log-tail.ts'
import type { SharedPlaces } from './places.ts'

/** In the files of its two streams. */
export type LogPlaces = { readonly stdout: number; readonly stderr: number }

type Watched = {
  readonly places: SharedPlaces
  readonly process: ProcessIdentity
  /** From where on its lines are told. */
  readonly from: LogPlaces
  readonly log: (line: Omit<PluginLine, 'plugin'>) => void
  readonly onGone: () => void
}

type Watch = {
  /** It may have ended just now. */
  lookSoon(): void
  /** Tells what is left to tell. */
  close(): void
}

const LOOK_MS = 100
const SOON_MS = 5
/** How long it is looked at often. */
const SOON_LOOKS = 200
const UPKEEP_MS = 1000
const NOTE_MS = 60_000

export function placesNow({ stdout, stderr }: SharedPlaces): LogPlaces {
  return { stdout: Math.max(0, sizeOf(stdout)), stderr: Math.max(0, sizeOf(stderr)) }
}

export function watchShared({ places, process, from, log, onGone }: Watched): Watch {
  const tell = (line: string) => {
    for (const found of parsePluginLine(line)) log(found)
  }
  const onGap = (bytes: number) =>
    log({ level: 'warn', message: `${bytes} bytes were passed over, as they came faster than they could be told` })
  const stdout = openLogTail(places.stdout, from.stdout, {
    onLine(line, isWhole) {
      if (!isWhole || parseAnnouncement(line) === undefined) tell(line)
    },
    onGap,
  })
  const stderr = openLogTail(places.stderr, from.stderr, { onLine: tell, onGap })
  let isClosed = false
  let soon = 0
  let upkeepAt = performance.now() + UPKEEP_MS
  let notedAt = performance.now()
  let timer = setTimeout(look, LOOK_MS).unref()

  function look(): void {
    for (const tail of [stdout, stderr]) tail.more()
    if (!isAlive(process)) {
      close()
      onGone()
      return
    }
    // What cannot be done now, as on a full disk, may be later.
    if (performance.now() > upkeepAt) void upkeep().catch(() => undefined)
    soon = Math.max(0, soon - 1)
    timer = setTimeout(look, soon > 0 ? SOON_MS : LOOK_MS).unref()
  }

  /** Whoever holds the lock does it. */
  async function upkeep(): Promise<void> {
    upkeepAt = performance.now() + UPKEEP_MS
    const mayNote = performance.now() - notedAt > NOTE_MS
    if (!mayNote && !hasLargeLog(places)) return
    using lock = tryPlaces(places)
    if (!lock) return
    if (mayNote) notedAt = performance.now()
    await putLogsAside(places)
    if (mayNote) for (const path of [places.stdout, places.stderr]) noteTime(path, Date.now())
  }

  function close(): void {
    if (isClosed) return
    isClosed = true
    clearTimeout(timer)
    for (const tail of [stdout, stderr]) tail.end()
  }

  return {
    lookSoon() {
      if (isClosed) return
      soon = SOON_LOOKS
      clearTimeout(timer)
      timer = setTimeout(look, SOON_MS).unref()
    },
    close,
  }
}
