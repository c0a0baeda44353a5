// Ends uploads that hardly move, so that a thousand slow clients cannot hold every connection.
import { coded } from '../../schemas/errors.ts'

type RateRule = {
  readonly uploadMinRate: number
  readonly uploadWatchMs: number
}

/** Passes chunks on; aborts with UPLOAD_TOO_SLOW when a watch window brings too few bytes. */
export async function* watchRate(
  chunks: AsyncIterable<Buffer>,
  { uploadMinRate, uploadWatchMs }: RateRule,
  abort: AbortController,
): AsyncGenerator<Buffer> {
  const needed = (uploadMinRate * uploadWatchMs) / 1000
  let bytes = 0
  const timer = setInterval(() => {
    if (bytes < needed) abort.abort(tooSlow(uploadMinRate))
    bytes = 0
  }, uploadWatchMs)
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length
      yield chunk
    }
  } finally {
    clearInterval(timer)
  }
}

function tooSlow(minRate: number): Error {
  return coded('UPLOAD_TOO_SLOW', {
    message: `the upload was ended because it was slower than ${minRate} bytes per second`,
    hint: 'continue it from the offset that the registry has',
  })
}
