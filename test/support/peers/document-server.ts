// A server of documents, which a test changes while it runs.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { listening } from '../machine/listening.ts'

export type Served = { text?: string | Uint8Array; etag?: string; status?: number; location?: string }

/** `documents` by path and query; what it does not hold is 404. */
export async function aDocumentServer(t: TestContext, documents: Record<string, Served>) {
  const asked: string[] = []
  const answer = ({ url = '', headers }: IncomingMessage, response: ServerResponse) => {
    const condition = headers['if-none-match']
    asked.push(condition === undefined ? url : `${url} unless ${condition}`)
    const { text = '', etag, status = 200, location } = documents[url] ?? { status: 404 }
    if (status !== 200) response.writeHead(status, location === undefined ? {} : { location }).end()
    else if (etag !== undefined && condition === etag) response.writeHead(304).end()
    else response.writeHead(200, etag === undefined ? {} : { etag }).end(text)
  }
  const server = createServer(answer)
  const url = `http://127.0.0.1:${await listening(t, server)}`
  const stop = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { url, asked, stop }
}
