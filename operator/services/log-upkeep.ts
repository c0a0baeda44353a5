// Looks at logs now and then, which services write themselves: puts aside what became large, and notes how far each is, so that
// `octo logs --since` finds where to begin.
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf } from '../../schemas/errors.ts'
import { readIfThere, writeWhole } from '../../system/files/atomic-file.ts'
import { liveOf, readKept, sizeOf } from '../logs/kept-log.ts'
import { LARGE_LOG_BYTES, noteTime, timesPath } from '../logs/log-files.ts'
import { rotateLog } from '../logs/rotate-log.ts'
import type { One } from './journal/instances.ts'
import type { Places } from './project/places.ts'
import { logPath } from './project/places.ts'

const NOTE_MS = 5000
const LOOK_MS = 1000
/** While one of them floods its log. */
const FLOOD_LOOK_MS = 100
const MANY_TIMES_BYTES = 128 * 1024
/** Logs are many and mostly silent: before the disk has so much less room, none of them can have become large. */
const UNSEEN_BYTES = 1024 * 1024
/** A disk that is nearly full has no less room when somebody fills it. */
const SCARCE_BYTES = 256 * 1024 * 1024

type Logs = {
  readonly places: Places
  readonly all: () => readonly One[]
  readonly log: (line: string) => void
}

export function openLogUpkeep({ places, all, log }: Logs): Disposable {
  const noted = new Map<string, number>()
  /** How much of a file is put aside already. */
  const looked = new Map<string, number>()
  let canRotate = true
  let timer = setTimeout(look, LOOK_MS)
  let isClosed = false
  let noteAt = performance.now() + NOTE_MS
  /** The most that there was since all were looked at. */
  let room = roomIn(places.logs)

  async function look(): Promise<void> {
    const isTime = performance.now() >= noteAt
    if (isTime) noteAt = performance.now() + NOTE_MS
    const isFlood = (isTime || hasLessRoom()) && (await lookAtAll(isTime))
    if (!isClosed) timer = setTimeout(look, isFlood ? FLOOD_LOOK_MS : LOOK_MS)
  }

  /** Room that others give back meanwhile may hide it, until it is time. */
  function hasLessRoom(): boolean {
    const now = roomIn(places.logs)
    room = Math.max(room, now)
    return now < SCARCE_BYTES || now <= room - UNSEEN_BYTES
  }

  async function lookAtAll(isTime: boolean): Promise<boolean> {
    room = roomIn(places.logs)
    let isFlood = await hasRotated('supervisor', places.supervisorLog, sizeOf(places.supervisorLog))
    for (const { id, instance } of all()) {
      if (instance.state !== 'running' && instance.state !== 'ending') continue
      const path = logPath(places, id)
      const size = sizeOf(path)
      if (isTime && instance.state === 'running') note(path, size)
      if (isLarge(path, size) && (await hasRotated(id, path, size))) isFlood = true
    }
    return isFlood
  }

  function isLarge(path: string, size: number): boolean {
    const before = looked.get(path) ?? 0
    return size >= 0 && (size < before || size - before >= LARGE_LOG_BYTES)
  }

  async function hasRotated(name: string, path: string, size: number): Promise<boolean> {
    if (!canRotate || !isLarge(path, size)) return false
    const rotation = await rotateLog(path, (line) => log(`${name}: ${line}`)).catch((error: unknown) => {
      log(`${name}: its log could not be put aside: ${messageOf(error)}`)
      return 'small' as const
    })
    const live = liveOf(path)
    looked.set(path, live ? live.from - live.base : 0)
    if (typeof rotation === 'object') {
      canRotate = false
      log(`from now on logs are put aside only between two starts: ${rotation.impossible}`)
    }
    if (rotation === 'rotated') tidy(path)
    return rotation === 'rotated'
  }

  function tidy(path: string): void {
    try {
      forgetTimes(path)
    } catch {
      // They only say where to begin.
    }
  }

  function note(path: string, size: number): void {
    if (size <= 0 || noted.get(path) === size) return
    noted.set(path, size)
    try {
      noteTime(path, Date.now())
      if (sizeOf(timesPath(path)) > MANY_TIMES_BYTES) forgetTimes(path)
    } catch {
      // On a full disk only the beginning of what is shown is less exact.
    }
  }

  return {
    [Symbol.dispose]: () => {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

/** Bytes that can be written where it is; 0 where that is not told. */
function roomIn(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return 0
  }
}

/** Those of parts that are not kept any more, and every second one where there are many. */
// allow(dead-export): the test has more notes than a log gets in hours
export function forgetTimes(path: string): void {
  const oldest = readKept(path)?.pieces[0]?.from ?? 0
  const lines = (readIfThere(timesPath(path)) ?? '').split('\n').filter((line) => line !== '')
  const first = lines.findLastIndex((line) => Number(line.split(' ')[1]) <= oldest)
  const left = lines.slice(Math.max(0, first))
  const isMany = left.join('\n').length > MANY_TIMES_BYTES
  const chosen = isMany ? left.filter((_, at) => at % 2 === 0) : left
  if (chosen.length < lines.length)
    writeWhole(timesPath(path), chosen.map((line) => `${line}\n`).join(''), { staging: dirname(path) })
}
