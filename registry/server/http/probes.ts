// The addresses that whoever watches over the process asks every few seconds.
import type { IncomingMessage, ServerResponse } from 'node:http'

const LIVEZ = '/livez'
const PROBES: ReadonlySet<string> = new Set([LIVEZ, '/readyz'])

export const ALIVE = { status: 'alive' }

export function isProbe(path: string | undefined): boolean {
  return path !== undefined && PROBES.has(path)
}

export function asksWhetherAlive({ method, url }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && url === LIVEZ
}

/** As the route does, while there is nothing yet that routes. */
export function answerAlive({ method }: IncomingMessage, response: ServerResponse): void {
  const body = method === 'HEAD' ? undefined : JSON.stringify(ALIVE)
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(body)
}
