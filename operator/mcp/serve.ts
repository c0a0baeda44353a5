// The tools on standard input and output, as the Model Context Protocol has them, by its own SDK.
import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { quote } from '../../schemas/quote.ts'
import type { Tools } from './tools.ts'

type Serving = {
  readonly version: string
  /** Aborts every call, when the server ends. */
  readonly signal: AbortSignal
  readonly onProblem: (error: Error) => void
}

type Served = {
  /** Other tools are there now, so that a client that keeps a list asks for it again. */
  tellChanged(): void
  close(): Promise<void>
}

/** Until it is closed, standard output belongs to the protocol. */
export function serveTools(tools: Tools, { version, signal, onProblem }: Serving): Served {
  let current: Server | undefined
  const serving = serveStdio(
    () => {
      const server = new Server({ name: 'octo', version }, { capabilities: { tools: { listChanged: true } } })
      current = server
      server.setRequestHandler('tools/list', async () => ({ tools: [...(await tools.list())] }))
      server.setRequestHandler('tools/call', async ({ params: { name, arguments: given = {} } }, { mcpReq }) => {
        const result = await tools.call(name, given, AbortSignal.any([mcpReq.signal, signal]))
        if (result) return result
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${quote(name)} is no tool of this server`)
      })
      return server
    },
    { onerror: onProblem },
  )
  return {
    tellChanged: () => void current?.sendToolListChanged().catch(onProblem),
    close: () => serving.close(),
  }
}
