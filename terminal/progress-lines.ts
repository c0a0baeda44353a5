// Progress for log files and CI: one line when an item ends, with its size and how long it took.
import { formatBytes, formatDuration } from './measures.ts'
import type { Progress, ProgressItem, ProgressSetting } from './progress.ts'

export function openLines({ stream, paint, unit = 'bytes' }: ProgressSetting): Progress {
  return { item, above: () => false, stop() {}, [Symbol.dispose]() {} }

  function item(label: string): ProgressItem {
    const startedAt = performance.now()
    let amount = 0
    let ended = false
    const end = (mark: string, words: readonly (string | undefined)[]) => {
      if (ended) return
      ended = true
      stream.write(`${mark} ${[label, ...words].filter(Boolean).join('  ')}\n`)
    }
    const size = () => (unit === 'bytes' && amount > 0 ? formatBytes(amount) : undefined)
    const took = () => formatDuration(performance.now() - startedAt)
    return {
      total() {},
      advance: (more) => {
        amount += more
      },
      done: (note) => end(paint.green('✓'), [note, size(), took()]),
      fail: (reason) => end(paint.red('✗'), [reason]),
    }
  }
}
