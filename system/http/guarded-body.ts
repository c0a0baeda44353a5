// A body that must keep coming: one that stalls, crawls or breaks off is an error, not an end.
import type { IncomingMessage } from 'node:http'
import { shownDuration } from '../../schemas/shown-duration.ts'
import type { Asked } from './fetch-error.ts'
import { brokenOff, fetchFailed } from './fetch-error.ts'
import type { Timeouts } from './limits.ts'

export async function* guardedBody(
  response: IncomingMessage,
  asked: Asked,
  timeouts: Timeouts,
): AsyncGenerator<Buffer> {
  let [received, checked, idleSince] = [0, 0, performance.now()]
  let windowStart = idleSince
  const watch = setInterval(
    () => {
      const now = performance.now()
      if (now - idleSince > timeouts.idleMs)
        response.destroy(brokenOff(asked, `no data for ${shownDuration(timeouts.idleMs)}`))
      if (now - windowStart < timeouts.slowMs) return
      const rate = ((received - checked) * 1000) / (now - windowStart)
      if (rate < timeouts.minBytesPerSecond)
        response.destroy(brokenOff(asked, `slower than ${timeouts.minBytesPerSecond} bytes per second`))
      ;[checked, windowStart] = [received, now]
    },
    Math.min(1000, timeouts.idleMs, timeouts.slowMs) / 2,
  )
  try {
    for await (const chunk of response) {
      received += (chunk as Buffer).length
      idleSince = performance.now()
      yield chunk as Buffer
      // Time that the reader took is not the server's.
      idleSince = performance.now()
    }
    if (!response.complete) throw brokenOff(asked, 'the connection broke off')
  } catch (error) {
    throw fetchFailed(asked, error)
  } finally {
    clearInterval(watch)
    response.destroy()
  }
}
