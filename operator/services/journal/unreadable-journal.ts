// A journal of which nothing can be read is not taken for an empty one, nor is one that is gone while services of the project run: they
// would be started a second time, and `octo stop` would say that nothing is left. Each journal that octo writes holds a line, so that
// an empty one has lost what it held.
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { coded } from '../../../schemas/errors.ts'
import { quote, shellWord } from '../../../schemas/quote.ts'
import { settledTable } from '../../../system/process/process-table.ts'
import { supervisorOf } from '../project/control-file.ts'

/** As much of its first line as was written before the disk was full, or of one that is no journal of this version. */
const BEGIN = '{"v":1,'
const KEY_LENGTH = 16

/**
 * Throws FORMAT_INVALID for a text without a line that counts, unless it is the beginning of the first one and nothing runs, or a supervisor
 * that can be asked knows better.
 */
export function refuseUnreadable(path: string, text: string): void {
  if (!isCutOff(text)) throw unreadable(path, runningOf(path))
  if (supervisorOf({ control: join(dirname(path), 'control.json') })) return
  const pids = runningOf(path)
  if (pids.length > 0) throw lost(path, pids)
}

function unreadable(path: string, pids: readonly number[]): Error {
  const first = pids.length === 0 ? '' : `${ends(pids)} ends what runs of it, `
  return coded('FORMAT_INVALID', {
    message: `what octo noted of these services in ${quote(path)} cannot be read: no line of it is one of this octo's`,
    details: { path, pids },
    hint: `restore it, or begin anew: ${first}\`mv ${shellWord(path)} ${shellWord(`${path}.old`)}\` puts it aside, then \`octo start\``,
  })
}

function lost(path: string, pids: readonly number[]): Error {
  const run = pids.length === 1 ? `process ${pids[0]} of them runs` : `processes ${pids.join(', ')} of them run`
  return coded('FORMAT_INVALID', {
    message: `what octo noted of these services in ${quote(path)} is gone, expected some of it, as ${run}`,
    details: { path, pids },
    hint: `restore it, or begin anew: ${ends(pids)} ends what runs of it, then \`octo start\``,
  })
}

function ends(pids: readonly number[]): string {
  return `\`kill ${pids.join(' ')}\``
}

/** Nothing, or lines that each met a full disk: one that was written to its end is damaged. */
function isCutOff(text: string): boolean {
  const lines = text.split('\n')
  const isEnded = (line: string, index: number) => index < lines.length - 1 && line.trimEnd().endsWith('}')
  return lines.every(
    (line, index) => line.trim() === '' || BEGIN.startsWith(line) || (line.startsWith(BEGIN) && !isEnded(line, index)),
  )
}

/**
 * By the name of the project in their marks, which its folder ends with. The proof in a mark is not looked at: its key may be gone with the
 * journal, and another user's process is none of these. A supervisor that lives starts them again, and stands before them.
 */
function runningOf(path: string): readonly number[] {
  if (process.platform !== 'linux') return []
  const instance = new RegExp(`^${basename(dirname(path)).slice(-KEY_LENGTH)}/[^/]+#\\d+/`)
  const table = settledTable()
  const running = table.filter(({ pid, mark }) => mark !== undefined && instance.test(mark) && isOwn(pid))
  const supervisors = table.filter(
    ({ pid }) => running.some(({ parent }) => parent === pid) && isOwn(pid) && supervises(pid),
  )
  return (supervisors.length > 0 ? supervisors : running).map(({ pid }) => pid)
}

function isOwn(pid: number): boolean {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === process.getuid?.()
}

/** As systemd and `octo start` start it. */
function supervises(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes('--foreground')
  } catch {
    return false
  }
}
