// Progress of parallel work on stderr: bars for a person once the work takes over a second, one line per finished item
// for a log file, nothing with --quiet.
import type { Progress, ProgressItem, ProgressSetting } from './progress.ts'
import { openBars } from './progress-bars.ts'
import { openLines } from './progress-lines.ts'

export function openProgress(setting: ProgressSetting): Progress {
  if (setting.quiet) return silent()
  return setting.stream.isTTY ? openBars(setting) : openLines(setting)
}

function silent(): Progress {
  const item: ProgressItem = { total() {}, advance() {}, done() {}, fail() {} }
  return { item: () => item, above: () => false, stop() {}, [Symbol.dispose]() {} }
}
