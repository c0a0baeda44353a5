// An HTTP proxy in front of a registry that counts what is downloaded, and cuts or holds a download after so many bytes.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request } from 'node:http'
import type { TestContext } from 'node:test'
import { listening } from '../machine/listening.ts'

type Passed = {
  readonly path: string
  readonly range: string | undefined
  status: number
  /** Of the body, given to the client's connection. */
  bytes: number
}

/** `cut` breaks the connection; `hold` lets it hang, with the registry waiting to send more, until `breakHeld`. */
type DownloadFault = { readonly kind: 'cut' | 'hold'; readonly afterBytes: number }

export type WatchingProxy = {
  readonly url: string
  /** Where the registry is now. */
  target: string
  /** All requests so far, in order. */
  readonly passed: Passed[]
  /** Asked with every path that is requested. */
  fault: ((path: string) => DownloadFault | undefined) | undefined
  /** Told of every piece of a body, before the next one is passed on. */
  onPassed: ((bytes: number) => void) | undefined
  /** Resolves when a download is held. */
  readonly held: Promise<void>
  /** What the kernel does to the connections of a registry that was killed. */
  breakHeld(): void
}

export async function startWatchingProxy(t: TestContext, target: string): Promise<WatchingProxy> {
  const held = Promise.withResolvers<void>()
  const holding = new Set<ServerResponse>()
  const server = createServer({ keepAliveTimeout: 0 }, (incoming, response) => {
    const path = incoming.url ?? '/'
    const record: Passed = { path, range: incoming.headers.range, status: 0, bytes: 0 }
    proxy.passed.push(record)
    const fault = proxy.fault?.(path)
    const onHeld = () => {
      holding.add(response)
      held.resolve()
    }
    forward(incoming, response, proxy.target)
      .then((answer) => pass(answer, response, { record, fault, onHeld, onPassed: (bytes) => proxy.onPassed?.(bytes) }))
      .catch(() => response.destroy())
  })
  const proxy: WatchingProxy = {
    url: `http://127.0.0.1:${await listening(t, server)}`,
    target,
    passed: [],
    fault: undefined,
    onPassed: undefined,
    held: held.promise,
    breakHeld() {
      for (const response of holding) response.destroy()
    },
  }
  return proxy
}

async function forward(
  { url = '/', method, headers }: IncomingMessage,
  response: ServerResponse,
  target: string,
): Promise<IncomingMessage> {
  const upstream = request(new URL(url, target), { method, headers, agent: false })
  response.once('close', () => upstream.destroy())
  upstream.end()
  const [answer] = (await once(upstream, 'response')) as [IncomingMessage]
  return answer
}

type Passing = {
  readonly record: Passed
  readonly fault: DownloadFault | undefined
  readonly onHeld: () => void
  readonly onPassed: (bytes: number) => void
}

async function pass(answer: IncomingMessage, response: ServerResponse, { record, fault, ...told }: Passing) {
  record.status = answer.statusCode ?? 0
  response.writeHead(record.status, answer.headers)
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    const part = fault ? chunk.subarray(0, fault.afterBytes - record.bytes) : chunk
    record.bytes += part.length
    await new Promise((resolve) => response.write(part, resolve))
    told.onPassed(part.length)
    if (!fault || record.bytes < fault.afterBytes) continue
    if (fault.kind === 'hold') {
      told.onHeld()
      await once(response, 'close')
    }
    response.destroy()
    return
  }
  response.end()
}
