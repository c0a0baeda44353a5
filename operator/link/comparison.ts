// What a shim asks `stat` about, and the answer that it knows: the eight numbers of the store's own memo, in the words of `stat`.
// Absent places come first and folders last: the pattern of a shim then begins with lines that are compared whole, and the only
// open ends stand behind what is said of a folder, where nothing else can follow.
import type { BigIntStats } from 'node:fs'
import { lstatSync } from 'node:fs'
import type { ShimComparison } from '../../client/index.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { WatchedPlaces } from '../../system/files/watched-places.ts'
import { askProgram } from '../../system/process/ask-program.ts'

/** Understood alike by GNU, uutils and BusyBox. No name is printed, so that a name cannot be taken for an answer. */
export const STAT_FORMAT = '%d:%i:%f:%u:%g:%s:%y:%z'
/** `%y` and `%z` are in local time, and nobody's language is asked. */
export const STAT_ENVIRONMENT = { TZ: 'UTC0', LC_ALL: 'C' }

export function comparisonOf({ whole, folders, absent }: WatchedPlaces): ShimComparison {
  return {
    paths: [...absent, ...whole.keys(), ...folders.keys()],
    whole: [...whole.values()].map(wholeLine),
    folders: [...folders.values()].map(folderStart),
  }
}

/** The first path that is not as it was compared; undefined when all are. */
export function differenceOf({ paths, whole, folders }: ShimComparison): string | undefined {
  const absent = paths.length - whole.length - folders.length
  return paths.find((path, at) => {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (!stat || at < absent) return (stat !== undefined) === at < absent
    const expected = whole[at - absent]
    return expected === undefined
      ? folderStart(stat) !== folders[at - absent - whole.length]
      : wholeLine(stat) !== expected
  })
}

/** Throws LINK_REFUSED where `stat` tells other things than Node does: fewer digits, other numbers. */
export function requireSameAnswer({ paths, whole, folders }: ShimComparison, stat: string): void {
  const lines = answerOf(stat, paths).split('\n')
  const isSame =
    lines.length === whole.length + folders.length &&
    whole.every((line, at) => lines[at] === line) &&
    folders.every((start, at) => lines[whole.length + at]?.startsWith(start))
  if (isSame) return
  throw coded('LINK_REFUSED', {
    message: `${quote(stat)} does not tell the same of these files as the system does, so no shim can compare them`,
    details: { stat, expected: whole[0] ?? folders[0], found: lines[0] },
    hint: 'use `octo run PLUGIN` here, or install the coreutils of GNU',
  })
}

/** `stat` ends with 1 where something is absent. */
function answerOf(stat: string, paths: readonly string[]): string {
  const argv = ['-c', STAT_FORMAT, '--', ...paths]
  return askProgram({ file: stat, argv, env: STAT_ENVIRONMENT }).stdout.replace(/\n+$/, '')
}

function wholeLine(stat: BigIntStats): string {
  return `${folderStart(stat)}${stat.size}:${timeText(stat.mtimeNs)}:${timeText(stat.ctimeNs)}`
}

function folderStart({ dev, ino, mode, uid, gid }: BigIntStats): string {
  return `${dev}:${ino}:${mode.toString(16)}:${uid}:${gid}:`
}

const SECOND_NS = 1_000_000_000n

/** `2026-01-02 03:04:05.000000006 +0000`. */
function timeText(ns: bigint): string {
  const part = ((ns % SECOND_NS) + SECOND_NS) % SECOND_NS
  const whole = new Date(Number((ns - part) / 1_000_000n)).toISOString()
  return `${whole.slice(0, 10)} ${whole.slice(11, 19)}.${part.toString().padStart(9, '0')} +0000`
}
