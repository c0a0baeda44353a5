// Looks whether ports are free before anything is started, so that a taken one gives one clear sentence.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { coded } from '../schemas/errors.ts'
import { isErrno } from '../system/errno.ts'
import type { StartSettings } from './settings.ts'

type PortUse = { readonly port: number; readonly purpose: string }

const REGISTRY = 'the registry'
const DEMO = 'the demo service'
const HIGHEST_PORT = 65_535
const STEP = 1000

/** Throws PORT_TAKEN for the first one that something else uses. */
export async function requireFreePorts(settings: StartSettings): Promise<void> {
  const uses = [
    { port: settings.port, purpose: REGISTRY },
    { port: settings.demoPort, purpose: DEMO },
  ]
  for (const use of uses) {
    const refused = await tryPort(use.port)
    if (refused) throw portTaken(use, await secondStart(settings), refused)
  }
}

/** The demo service came too late for its port. */
export async function demoPortTaken(settings: StartSettings, cause: unknown): Promise<Error> {
  return portTaken({ port: settings.demoPort, purpose: DEMO }, await secondStart(settings), cause)
}

/** What starts another one beside a quick start that runs: with ports that are free now, and a folder of its own. */
export async function secondStart({ port, demoPort }: StartSettings): Promise<string> {
  for (let step = STEP; Math.max(port, demoPort) + step < HIGHEST_PORT; step += STEP) {
    const ports = [port + step, demoPort + step] as const
    // The example wants the one after the demo service's free, too.
    const refused = await Promise.all([...ports, ports[1] + 1].map(tryPort))
    if (refused.every((error) => error === undefined))
      return `npm start -- --dir .octo/${ports[0]} --port ${ports[0]} --demo-port ${ports[1]}`
  }
  return 'npm start -- --dir FOLDER --port NUMBER --demo-port NUMBER'
}

export async function isFreePort(port: number): Promise<boolean> {
  return (await tryPort(port)) === undefined
}

function portTaken({ port, purpose }: PortUse, other: string, cause: unknown): Error {
  const isReserved = isErrno(cause, 'EACCES')
  return coded('PORT_TAKEN', {
    message: `port ${port} on 127.0.0.1 is needed for ${purpose} and ${isReserved ? 'may not be used by this user' : 'is taken'}`,
    details: { port },
    hint: isReserved
      ? `choose ports from 1024 on: \`${other}\``
      : `stop what uses it (perhaps another \`npm start\`), or start one beside it: \`${other}\``,
    cause,
  })
}

/** Why nothing can listen there; undefined when it can. */
async function tryPort(port: number): Promise<unknown> {
  const server = createServer()
  server.listen({ port, host: '127.0.0.1', exclusive: true })
  const refused = await once(server, 'listening').then(
    () => undefined,
    (error: unknown) => error,
  )
  if (refused === undefined) await new Promise((resolve) => server.close(resolve))
  return refused
}
