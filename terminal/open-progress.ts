// Progress of parallel work on stderr: rows for a person once the work takes over a second, lines for a log file, nothing
// with --quiet.
import type { Progress, ProgressItem, ProgressSetting } from './progress.ts'
import { openLines } from './progress-lines.ts'
import { openRows } from './progress-rows.ts'

export function openProgress(setting: ProgressSetting): Progress {
  if (setting.quiet) return silent()
  return setting.redraws ? openRows(setting) : openLines(setting)
}

function silent(): Progress {
  const item: ProgressItem = { total() {}, advance() {}, done() {}, fail() {} }
  return { item: () => item, around: (write) => write(), stop() {}, [Symbol.dispose]() {} }
}
