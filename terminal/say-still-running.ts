// Long work of a command that shows nothing else of it: a row once it takes over a second, and in a log a line now and then.
import type { Terminal } from './terminal.ts'

/** Until it is disposed of; safe to dispose of twice. */
export function sayStillRunning(terminal: Terminal, label: string): Disposable {
  const progress = terminal.progress({ unit: 'steps', endsSilently: true })
  const item = progress.item(label)
  return {
    [Symbol.dispose]() {
      item.done()
      progress.stop()
    },
  }
}
