// Work stops with its request: a signal that aborts when nobody waits for the answer any more.
import { coded } from '../../../schemas/errors.ts'
import type { RequestOf } from './env.ts'

/** Aborts with CLIENT_GONE. */
export function clientGone({ env: { outgoing } }: RequestOf): AbortSignal {
  const gone = new AbortController()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished)
      gone.abort(coded('CLIENT_GONE', { message: 'the client did not wait for its answer' }))
  })
  return gone.signal
}
