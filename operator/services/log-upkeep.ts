// Looks at logs now and then, which services write themselves: puts aside what became large, and notes how far each is, so that
// `octo logs --since` finds where to begin.
import { dirname } from 'node:path'
import { readIfThere, writeWhole } from '../../system/files/atomic-file.ts'
import { liveOf, readKept, sizeOf } from '../logs/kept-log.ts'
import { LARGE_LOG_BYTES, noteTime, timesPath } from '../logs/log-files.ts'
import { rotateLog } from '../logs/rotate-log.ts'
import type { One } from './instances.ts'
import type { Places } from './places.ts'
import { logPath } from './places.ts'

const NOTE_MS = 5000
const LOOK_MS = 1000
/** While one of them floods its log. */
const FLOOD_LOOK_MS = 100
const MANY_TIMES_BYTES = 128 * 1024

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
  const notes = setInterval(() => {
    for (const { id, instance } of all()) if (instance.state === 'running') note(logPath(places, id))
  }, NOTE_MS)

  async function look(): Promise<void> {
    const running = all().filter(({ instance: { state } }) => state === 'running' || state === 'ending')
    const own = { name: 'supervisor', path: places.supervisorLog }
    let isFlood = false
    for (const { name, path } of [own, ...running.map(({ id }) => ({ name: id, path: logPath(places, id) }))])
      if (canRotate && (await rotateLarge(name, path))) isFlood = true
    if (!isClosed) timer = setTimeout(look, isFlood ? FLOOD_LOOK_MS : LOOK_MS)
  }

  async function rotateLarge(name: string, path: string): Promise<boolean> {
    const size = sizeOf(path)
    const before = looked.get(path) ?? 0
    if (size >= before && size - before < LARGE_LOG_BYTES) return false
    const rotation = await rotateLog(path, (line) => log(`${name}: ${line}`)).catch((error: unknown) => {
      log(`${name}: its log could not be put aside: ${error instanceof Error ? error.message : String(error)}`)
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

  function note(path: string): void {
    const size = sizeOf(path)
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
      clearInterval(notes)
    },
  }
}

/** Those of parts that are not kept any more, and every second one where there are many. */
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
