// The service that the example checks: a small web server that says it is ready.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { demoPortTaken } from './ports.ts'
import type { StartSettings } from './settings.ts'

type DemoService = AsyncDisposable & { readonly url: string }

/** Throws PORT_TAKEN. */
export async function startDemoService(settings: StartSettings): Promise<DemoService> {
  const { demoPort: port } = settings
  const server = createServer(({ url }, response) => {
    const known = url === '/healthz'
    response.writeHead(known ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8' })
    response.end(known ? 'ready\n' : 'not found\n')
  })
  server.listen({ port, host: '127.0.0.1' })
  await once(server, 'listening').catch(async (error) => {
    throw await demoPortTaken(settings, error)
  })
  return {
    url: `http://127.0.0.1:${port}/healthz`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
