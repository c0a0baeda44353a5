// A running plugin: a server on a private socket or on a port of this machine's own address, and its end, in which calls finish,
// clean-up runs, and nothing is left behind.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { renderAnnouncement } from '../../schemas/contract/ocm/announcement.ts'
import type { PluginConfig } from '../../schemas/contract/ocm/plugin-config.ts'
import { openFiles } from './blobs.ts'
import { cleanUp } from './clean-up.ts'
import { readConfig } from './config.ts'
import { countByHand, startIdleClock } from './idle-clock.ts'
import type { Log } from './log.ts'
import type { ProcessFolder } from './process-folder.ts'
import { makeProcessFolder, removeAbandonedFolders } from './process-folder.ts'
import { createRequestListener } from './request-listener.ts'
import { sendText } from './send-answer.ts'
import type { ServiceProgram, Serving } from './service-plugin.ts'
import { StartProblem } from './start.ts'
import { isFromWebPage } from './web-page.ts'

const IDLE_MS = 60 * 60 * 1000
/** As servers in Go take them: credentials travel in a header. */
const MAX_HEADER_BYTES = 1024 * 1024
const LOOPBACK = '127.0.0.1'
const HEADERS_MS = 10_000
const REQUEST_MS = 120_000
/** Over before what supervises a plugin kills it, mostly after ten seconds: its own cleaning up comes behind. */
// allow(dead-export): the test adds up what ending a plugin may take
export const DRAIN_MS = 5000
const FORBIDDEN = 403

/** Throws a StartProblem for configuration that the plugin does not take, and where it cannot listen. */
export async function serve(program: ServiceProgram, config: PluginConfig, log: Log): Promise<Serving> {
  const ownConfig = await readConfig(program.config ?? [], config.configTypes)
  const folder = makeProcessFolder()
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const idle = startIdleClock(config.idleTimeoutMs ?? IDLE_MS, () => stop('it was idle'))
  const calls = createRequestListener(program, {
    context: { config: ownConfig, log, ...countByHand(idle) },
    filesOf: openFiles(folder.path, program.limits?.blobBytes),
    idle,
    stop: (reason) => void stop(reason),
  })
  // Hosts written in Go use a connection again whenever they like: one closed for being idle would cost them a call.
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: 0, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
    (request: IncomingMessage, response: ServerResponse) => {
      if (config.type === 'tcp' && isFromWebPage(request))
        sendText(response, FORBIDDEN, 'no page of the web is answered')
      else void calls.answer(request, response)
    },
  )
  let isStopping = false

  function stop(reason: string): boolean {
    if (isStopping) return false
    isStopping = true
    idle[Symbol.dispose]()
    log.info('gracefully shutting down plugin', { id: config.id, reason })
    void drain().then(end)
    return true
  }

  async function drain(): Promise<void> {
    server.close()
    const cut = await calls.finish(program.limits?.drainMs ?? DRAIN_MS)
    if (cut > 0) log.warn('calls were given up', { id: config.id, calls: cut })
    server.closeAllConnections()
    await cleanUp(program, log)
    await folder[Symbol.asyncDispose]()
    log.info('plugin shutdown complete', { id: config.id })
  }

  try {
    const announcement = await listen(server, config.type, folder)
    void removeAbandonedFolders(folder)
    return { announcement, ended, stop, hurry: calls.giveUp }
  } catch (cause) {
    idle[Symbol.dispose]()
    await folder[Symbol.asyncDispose]()
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartProblem(`failed to listen: ${why}`)
  }
}

type Server = ReturnType<typeof createServer>

function listen(server: Server, type: PluginConfig['type'], { socket }: ProcessFolder): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  server.once('error', reject)
  if (type === 'unix') server.listen(socket, () => resolve(renderAnnouncement({ kind: 'unix', path: socket })))
  else
    server.listen(0, LOOPBACK, () => {
      const { port } = server.address() as AddressInfo
      resolve(renderAnnouncement({ kind: 'tcp', host: LOOPBACK, port }))
    })
  return promise
}
