// Looks whether ports are free before anything is started, so that a taken one gives one clear sentence.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { coded } from '../schemas/errors.ts'

type PortUse = { readonly port: number; readonly purpose: string; readonly option: string }

/** Throws PORT_TAKEN for the first one that something else uses. */
export async function requireFreePorts(uses: readonly PortUse[]): Promise<void> {
  for (const use of uses) {
    const server = createServer()
    server.listen({ port: use.port, host: '127.0.0.1', exclusive: true })
    await once(server, 'listening').catch((error) => {
      throw portTaken(use, error)
    })
    await new Promise((resolve) => server.close(resolve))
  }
}

export function portTaken({ port, purpose, option }: PortUse, cause: unknown): Error {
  return coded('PORT_TAKEN', {
    message: `port ${port} on 127.0.0.1 is needed for ${purpose} and is taken`,
    details: { port },
    hint: `stop what uses it (perhaps another \`npm start\`), or choose another: npm start -- ${option} ${port + 1000}`,
    cause,
  })
}
