// Waits for the head of an answer, and for no longer than it may take, whatever the other side does meanwhile. Interim answers and
// headers that come one by one move the time of a socket, and Node says nothing of a connection that is given to another protocol, or
// of a request that is given up before it has a connection: so the time is counted here, and each way to end is heard.
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Asked } from './fetch-error.ts'
import { brokenOff } from './fetch-error.ts'

const GRACE_MS = 500

type Patience = {
  readonly limitMs: number
  /** The error when the time is over. */
  readonly late: () => Error
}

/** Rejects with what the socket throws, or with `late`. What breaks later breaks the body of the answer. */
export function awaitAnswer(
  request: ClientRequest,
  asked: Asked,
  { limitMs, late }: Patience,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined
    const giveUp = (reason: Error) => {
      reject(reason)
      request.destroy(reason)
    }
    let limit = setTimeout(() => {
      // Whoever is still connecting counts the same time, and knows better who was silent.
      if (request.socket) giveUp(late())
      else limit = setTimeout(() => giveUp(late()), GRACE_MS)
    }, limitMs)
    request.once('response', (response) => {
      clearTimeout(limit)
      answer = response
      resolve(response)
    })
    // Where only the end of the connection ends a body, this alone tells an end from a cable that was cut.
    request.on('error', (error) => {
      clearTimeout(limit)
      if (answer) answer.destroy(error)
      else reject(error)
    })
    request.once('upgrade', (_response, socket) => {
      socket.destroy()
      giveUp(brokenOff(asked, 'it goes on in another protocol, for which nobody asked'))
    })
    request.once('close', () => {
      clearTimeout(limit)
      if (!answer) reject(brokenOff(asked, 'the connection ended without an answer'))
    })
  })
}
