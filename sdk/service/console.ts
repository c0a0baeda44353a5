// What a program or a library prints goes to the log: hosts read the plugin's address from standard output, and then nothing more,
// so that a plugin that writes there stops one day for want of room.
import { format } from 'node:util'
import type { Log } from './log.ts'

export function logConsole(log: Log): void {
  const as =
    (write: Log['info']) =>
    (...values: readonly unknown[]) =>
      write(format(...values))
  const [debug, info, warn, error] = [as(log.debug), as(log.info), as(log.warn), as(log.error)]
  Object.assign(globalThis.console, { debug, trace: debug, log: info, info, dir: info, warn, error })
  const printed = log.with({ stream: 'stdout' })
  process.stdout.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    for (const line of text.split('\n')) if (line.trim() !== '') printed.info(line)
    const done = rest.at(-1)
    if (typeof done === 'function') done()
    return true
  }
}
