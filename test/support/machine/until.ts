// Waits for something that another process or connection brings about, by looking again and again under a deadline. Who looks
// may wait for an answer that never comes: the deadline holds for that as well.
import { setTimeout as pause } from 'node:timers/promises'

const DEADLINE_MS = 60_000
const LOOK_MS = 5
/** Of the time that a look takes: one that runs a command leaves the processor to what it waits for. */
const REST = 4
const LONGEST_SHOWN = 300

/** Throws with the text of the question when it has not come true within a minute, which no machine is slow enough for. */
export async function until(isSo: () => boolean | Promise<boolean>, withinMs = DEADLINE_MS): Promise<void> {
  const over = new AbortController()
  const deadline = pause(withinMs, 'too late' as const, { signal: over.signal })
  deadline.catch(() => undefined)
  try {
    for (;;) {
      const begun = performance.now()
      const answer = await Promise.race([isSo(), deadline])
      if (answer === true) return
      if (answer === 'too late') throw new Error(`no answer after ${withinMs} ms: ${textOf(isSo)}`)
      const rest = Math.max(LOOK_MS, REST * (performance.now() - begun))
      if ((await Promise.race([pause(rest), deadline])) === 'too late')
        throw new Error(`not so after ${withinMs} ms: ${textOf(isSo)}`)
    }
  } finally {
    over.abort()
  }
}

function textOf(isSo: () => unknown): string {
  const text = String(isSo).replace(/\s+/g, ' ')
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}
