// The socket by which commands reach the supervisor of a project: in a folder that only its user enters, one request and one
// answer for each connection. Where it is stands beside the journal, so that all terminals of a user find it.
import { rmSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { isCoded, messageOf } from '../../../schemas/errors.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { replaceFile } from '../../../system/files/atomic-file.ts'
import { isOursAlone } from '../../../system/files/own-folder.ts'
import { askBySocket, readLine } from '../../../system/line-socket.ts'
import { identityOf, isAlive } from '../../../system/process/identity.ts'
import { readControl } from '../project/control-file.ts'
import type { Places } from '../project/places.ts'
import { socketPath } from '../project/places.ts'
import type { Answer, Request } from './protocol.ts'

/** Listens until it is disposed of. Only who holds the lock may: what lies in the place of the socket is nobody's. */
export async function openControl(
  places: Places,
  env: Readonly<Record<string, string | undefined>>,
  handle: (request: Request) => Promise<Answer | undefined>,
): Promise<AsyncDisposable> {
  const socket = socketPath(places.key, env)
  rmSync(socket, { force: true })
  const connections = new Set<Socket>()
  const replies = new Set<Promise<void>>()
  const server = createServer({ allowHalfOpen: true }, (connection) => {
    connections.add(connection)
    connection.on('error', () => undefined).once('close', () => connections.delete(connection))
    void readLine(connection).then((line) => {
      const replied = reply(connection, line, handle).finally(() => replies.delete(replied))
      replies.add(replied)
    })
  })
  await listening(server, socket)
  const process_ = identityOf(process.pid)
  if (process_) await replaceFile(places.control, JSON.stringify({ v: 1, socket, process: process_ }), { mode: 0o600 })
  return {
    async [Symbol.asyncDispose]() {
      rmSync(places.control, { force: true })
      const closed = new Promise((resolve) => server.close(resolve))
      await Promise.all(replies)
      for (const connection of connections) connection.destroySoon()
      await closed
    },
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function reply(
  connection: Socket,
  line: string | undefined,
  handle: (request: Request) => Promise<Answer | undefined>,
) {
  const request = parse(line)
  const answer = request && (await handle(request).catch(failed))
  if (answer) connection.end(`${JSON.stringify(answer)}\n`)
  else connection.destroy()
}

function parse(line: string | undefined): Request | undefined {
  try {
    const request = JSON.parse(line ?? '') as Request
    return request?.v === 1 ? request : undefined
  } catch {
    return undefined
  }
}

function failed(error: unknown): Answer {
  const { code, hint } = isCoded(error) ? error : { code: 'INTERNAL' as const, hint: undefined }
  const message = messageOf(error)
  return { v: 1, state: 'failed', error: { code, message, ...omitUndefined({ hint }) } }
}

/** Undefined where nobody answers; throws what `signal` was aborted with, and what was asked for is done all the same. */
export async function ask(places: Places, request: Request, signal?: AbortSignal): Promise<Answer | undefined> {
  const control = readControl(places)
  // The socket of another user would be asked for ours.
  if (!control || !isAlive(control.process) || !isOursAlone(dirname(control.socket))) return undefined
  const line = await askBySocket(control.socket, JSON.stringify(request), signal)
  return line === undefined ? undefined : (JSON.parse(line) as Answer)
}
