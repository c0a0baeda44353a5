// Something that answers as a running service plugin does, in this process: for what the host asks, and what it makes of the answers.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { callInstance } from '../../../operator/ocm/call/call.ts'
import type { Instance } from '../../../operator/ocm/instance/instance.ts'
import type { ServicePlugin } from '../../../operator/ocm/plugin.ts'
import { prepareCall } from '../../../operator/ocm/request/prepare-call.ts'
import type { Question } from '../../../operator/ocm/request/routing.ts'
import { parseAnnouncement } from '../../../schemas/contract/ocm/announcement.ts'
import type { Typed } from '../../../schemas/contract/ocm/type-name.ts'
import type { ServicePlugin as SdkPlugin } from '../../../sdk/service/index.ts'
import { createLog } from '../../../sdk/service/log.ts'
import { openConnection } from '../../../system/http/connection.ts'
import { tempFolder } from '../machine/temp-folder.ts'

export type Asked = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}
type Said = { readonly status?: number; readonly body?: string | Buffer; readonly isCut?: boolean }

/** Its listener gets what is asked, and gives what is said. */
export async function anInstance(
  t: TestContext,
  answer: (asked: Asked) => Said,
): Promise<Pick<Instance, 'connection'>> {
  const socketPath = join(tempFolder(t), 's')
  const server = createServer(async (request, response) => {
    const pieces = await Array.fromAsync(request as AsyncIterable<Buffer>)
    const { method = '', url = '', headers } = request
    const { status = 200, body = '', isCut } = answer({ method, url, headers, body: Buffer.concat(pieces).toString() })
    if (isCut) return void request.socket.destroy()
    response.statusCode = status
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const connection = openConnection(new URL('http://unix'), { socketPath })
  t.after(() => {
    connection[Symbol.dispose]()
    server.closeAllConnections()
    server.close()
  })
  return { connection }
}

type Call = Question & { readonly credentials?: Typed }

/** A plugin of our sdk, served in this process, and asked as the host asks one that runs. */
export async function askedInProcess(t: TestContext, plugin: SdkPlugin) {
  const silent = createLog({ write: () => undefined })
  const serving = await plugin.serve(
    { id: plugin.name, type: 'unix', idleTimeoutMs: 3_600_000, configTypes: [] },
    silent,
  )
  const address = parseAnnouncement(serving.announcement)
  const socketPath = address?.kind === 'unix' ? address.path : undefined
  const connection = openConnection(new URL('http://unix'), { socketPath })
  t.after(async () => {
    connection[Symbol.dispose]()
    serving.stop('its test is over')
    await serving.ended
  })
  const open = () => assert.fail('it runs already')
  const found: ServicePlugin = { name: plugin.name, capabilities: { ...plugin.capabilities(), unknown: [] }, open }
  return {
    found,
    connection,
    async ask({ credentials, ...question }: Call): Promise<unknown> {
      const { route, request } = await prepareCall({ ...question, credentials }, [found])
      const call = { plugin: found.name, endpoint: route.endpoint, request, credentials }
      return await callInstance({ connection }, call, AbortSignal.timeout(60_000))
    },
  }
}
