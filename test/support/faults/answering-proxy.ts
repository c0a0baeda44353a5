// An HTTP proxy in front of a real registry that answers chosen requests in its place, asks another one, or loses a request or its answer.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request } from 'node:http'
import type { TestContext } from 'node:test'
import { listening } from '../machine/listening.ts'

export type Interference =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly problem: object }
  /** The request never arrives; or it is carried out, and nobody is told. */
  | { readonly lost: 'request' | 'answer' }
  /** Another registry answers, e.g. as a cache does that remembers more. */
  | { readonly by: string }

export type AnsweringProxy = {
  readonly url: string
  /** Asked with every request, e.g. `PATCH /api/v1/publishes/…`; undefined lets it through. */
  interfere: (line: string) => Interference | undefined
}

export async function startAnsweringProxy(t: TestContext, target: string): Promise<AnsweringProxy> {
  // A connection that Node ends for having rested for five seconds would cost another try.
  const server = createServer({ keepAliveTimeout: 0 }, (incoming, response) => {
    const found = proxy.interfere(`${incoming.method} ${incoming.url}`)
    handle(incoming, response, { target, found }).catch(() => response.destroy())
  })
  const proxy: AnsweringProxy = {
    url: `http://127.0.0.1:${await listening(t, server)}`,
    interfere: () => undefined,
  }
  return proxy
}

type Found = { readonly target: string; readonly found: Interference | undefined }

async function handle(incoming: IncomingMessage, response: ServerResponse, { target, found }: Found): Promise<void> {
  if (found && 'status' in found) {
    const headers = { 'Content-Type': 'application/problem+json', ...found.headers }
    incoming.resume()
    response.writeHead(found.status, headers).end(JSON.stringify(found.problem))
    return
  }
  const lost = found && 'lost' in found ? found.lost : undefined
  if (lost === 'request') return void response.destroy()
  const { url = '/', method, headers } = incoming
  const server = found && 'by' in found ? found.by : target
  const upstream = request(new URL(url, server), { method, headers, agent: false })
  incoming.pipe(upstream)
  const [answer] = (await once(upstream, 'response')) as [IncomingMessage]
  if (lost === 'answer') {
    answer.resume()
    await once(answer, 'end')
    return void response.destroy()
  }
  response.writeHead(answer.statusCode ?? 0, answer.headers)
  answer.pipe(response)
}
