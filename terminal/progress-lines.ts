// Progress for log files, CI and terminals that cannot draw again: one line when an item ends, and now and then one about
// what still runs.
import { endedLine } from './ended-line.ts'
import { formatBytes, formatSeconds } from './measures.ts'
import type { Progress, ProgressSetting } from './progress.ts'
import type { Work } from './work.ts'
import { openWork } from './work.ts'

const DEFAULT_HEARTBEAT_MS = 10_000
const MAX_NAMED = 3

export function openLines(setting: ProgressSetting): Progress {
  const { stream, paint, unit = 'bytes' } = setting
  const running = new Set<Work>()
  const heartbeat = setInterval(() => {
    if (running.size > 0) stream.write(`${stillRunning([...running], unit)}\n`)
  }, setting.heartbeatMs ?? DEFAULT_HEARTBEAT_MS)
  heartbeat.unref()
  const stop = () => clearInterval(heartbeat)
  return { item, around: (write) => write(), stop, [Symbol.dispose]: stop }

  function item(label: string, total = 0) {
    const opened = openWork(label, total, {
      now: () => performance.now(),
      onEnd(work, ended) {
        running.delete(work)
        if (setting.endsSilently) return
        stream.write(`${endedLine({ ...ended, bytes: unit === 'bytes' ? ended.bytes : 0 }, paint)}\n`)
      },
    })
    running.add(opened.work)
    return opened.item
  }
}

function stillRunning(works: readonly Work[], unit: 'bytes' | 'steps'): string {
  const named = works.slice(0, MAX_NAMED).map(({ label, startedAt, value, total }) => {
    const amount = total > 0 ? `${formatBytes(value)} of ${formatBytes(total)}, ` : ''
    return `${label} (${unit === 'bytes' ? amount : ''}${formatSeconds(performance.now() - startedAt)})`
  })
  const rest = works.length - named.length
  return `still running: ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
