// Streams for terminal/ that keep what is written, so that a test can read it as a person would.
import { stripVTControlCharacters } from 'node:util'
import type { Streams } from '../../../terminal/streams.ts'

type Collected = Streams & {
  /** What stdout and stderr received, as it was written. */
  stdout(): string
  stderr(): string
  /** The same without colours and cursor movements. */
  plainStderr(): string
}

type Setting = { readonly tty?: boolean; readonly columns?: number; readonly env?: Record<string, string> }

export function collectedStreams({ tty = false, columns = 80, env = {} }: Setting = {}): Collected {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err') => ({
    isTTY: tty,
    columns,
    rows: 24,
    write(text: string, ...rest: unknown[]) {
      written[name] += text
      const done = rest.at(-1)
      if (typeof done === 'function') done()
      return true
    },
  })
  return {
    out: stream('out'),
    err: stream('err'),
    env: { ...(tty ? { TERM: 'xterm-256color' } : {}), ...env },
    interactive: tty,
    stdout: () => written.out,
    stderr: () => written.err,
    plainStderr: () => stripVTControlCharacters(written.err),
  }
}
