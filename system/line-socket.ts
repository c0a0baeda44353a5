// One question and one answer for each connection, each a line, through a socket in a folder of this machine.
import type { Socket } from 'node:net'
import { createConnection } from 'node:net'

/** The variables of a process may have megabytes. */
const MAX_LINE_BYTES = 16 * 1024 * 1024

/** Undefined where nobody answers; throws what `signal` was aborted with, and the question arrives all the same. */
export async function askBySocket(path: string, question: string, signal?: AbortSignal): Promise<string | undefined> {
  const connection = createConnection(path)
  connection.on('error', () => undefined)
  // What is half on its way would not be done.
  const sent = new Promise<void>((resolve) => connection.write(`${question}\n`, () => resolve()))
  const leave = () => void sent.then(() => connection.destroy())
  if (signal?.aborted) leave()
  signal?.addEventListener('abort', leave)
  try {
    const line = await readLine(connection)
    if (line === undefined) signal?.throwIfAborted()
    return line
  } finally {
    signal?.removeEventListener('abort', leave)
    connection.destroy()
  }
}

/** Undefined when the other side goes before it has said one. */
export function readLine(connection: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = ''
    connection.setEncoding('utf8')
    connection.on('data', (chunk: string) => {
      text += chunk
      const end = text.indexOf('\n')
      if (end >= 0) resolve(text.slice(0, end))
      else if (text.length > MAX_LINE_BYTES) connection.destroy()
    })
    connection.once('close', () => resolve(undefined))
    connection.once('end', () => resolve(undefined))
  })
}
