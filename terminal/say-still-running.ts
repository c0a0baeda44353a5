// Long work of a command that shows nothing else of it: a row once it takes over a second, and in a log a line now and then.
import type { Terminal } from './terminal.ts'

/** Between two lines: nobody takes a log that is silent for so long for one of a command that hangs. */
export const STILL_RUNNING_MS = 30_000

/** Until it is disposed of; safe to dispose of twice. */
export function sayStillRunning(terminal: Terminal, label: string): Disposable {
  const progress = terminal.progress({ unit: 'steps', endsSilently: true, heartbeatMs: STILL_RUNNING_MS })
  const item = progress.item(label)
  return {
    [Symbol.dispose]() {
      item.done()
      progress.stop()
    },
  }
}
