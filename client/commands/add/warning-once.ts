// A config is read before and after it is written, and a plugin is proven before it is locked: what is worth a warning is met each time.
import type { Terminal } from '../../../terminal/index.ts'

/** Says each warning once. */
export function warningOnce(terminal: Terminal): Terminal {
  const said = new Set<string>()
  return {
    ...terminal,
    warn(line) {
      if (!said.has(line)) terminal.warn(line)
      said.add(line)
    },
  }
}
