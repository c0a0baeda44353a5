// Answers on a Unix socket over HTTP/2: gRPC's health, which `check-grpc` asks for, and `/visits` for the web.
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { createServer } from 'node:http2'
import type { Visits } from './visits.ts'

type Place = { readonly socket: string; readonly visits: Visits }

const HEALTH = '/grpc.health.v1.Health/Check'
/** A gRPC frame with the field 1 of HealthCheckResponse. */
const answerOf = (status: number) => Buffer.from([0, 0, 0, 0, 2, 8, status])
const SERVING = 1
const NOT_SERVING = 2

/** Resolves when it listens, with what ends it. */
export async function serve({ socket, visits }: Place): Promise<() => void> {
  // One that was killed leaves its socket behind.
  rmSync(socket, { force: true })
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer()
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => undefined)
    stream.resume()
    if (headers[':path'] === HEALTH) void answerHealth(stream, visits)
    else void answerVisits(stream, visits)
  })
  server.listen(socket)
  await once(server, 'listening')
  return () => {
    server.close()
    for (const session of sessions) session.destroy()
    visits.close()
  }
}

async function answerHealth(stream: ServerHttp2Stream, visits: Visits): Promise<void> {
  const status = await visits.look().then(
    () => SERVING,
    () => NOT_SERVING,
  )
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  stream.end(answerOf(status))
}

async function answerVisits(stream: ServerHttp2Stream, visits: Visits): Promise<void> {
  const answer = await visits.add().then(
    (count) => ({ visits: count, where: visits.where }),
    (error: Error) => ({ error: error.message }),
  )
  stream.respond({ ':status': 'error' in answer ? 503 : 200, 'content-type': 'application/json' })
  stream.end(JSON.stringify(answer))
}
