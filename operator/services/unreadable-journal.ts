// A journal of which nothing can be read is not taken for an empty one: what it knows may run, and would be started a second time, and
// `octo stop` would say that nothing is left.
import { basename, dirname } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { freshTable } from '../../system/process/process-table.ts'

/** As much of its first line as was written before the disk was full, or of one that is no journal of this version. */
const BEGIN = '{"v":1,'
const KEY_LENGTH = 16

/** Throws FORMAT_INVALID for a text without a line that counts, unless it is the beginning of the first one. */
export function refuseUnreadable(path: string, text: string): void {
  if (text.trim() === '' || text.startsWith(BEGIN) || BEGIN.startsWith(text)) return
  const pids = runningOf(path)
  const first = pids.length === 0 ? '' : `\`kill ${pids.join(' ')}\` ends what runs of it, `
  throw coded('FORMAT_INVALID', {
    message: `what octo noted of these services in ${quote(path)} cannot be read: no line of it is one of this octo's`,
    details: { path, pids },
    hint: `restore it, or begin anew: ${first}\`mv ${shellWord(path)} ${shellWord(`${path}.old`)}\` puts it aside, then \`octo start\``,
  })
}

/** By the name of the project in their marks, which its folder ends with. */
function runningOf(path: string): readonly number[] {
  if (process.platform !== 'linux') return []
  const key = basename(dirname(path)).slice(-KEY_LENGTH)
  return freshTable()
    .filter(({ mark }) => mark?.startsWith(`${key}/`))
    .map(({ pid }) => pid)
}
