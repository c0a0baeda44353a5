// The web of the stack, a program of this machine: each visit of `/` is counted by the API, `/healthz` says that it runs.

import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { connect } from 'node:http2'
import { createConnection } from 'node:net'
import { json } from 'node:stream/consumers'

const { WEB_PORT: port, API_SOCKET: socket = '' } = process.env

const server = createServer(({ url }, response) => {
  if (url === '/healthz') answer(response, 200, 'ready')
  else if (url === '/')
    visit().then(
      (text) => answer(response, 200, text),
      (error: Error) => answer(response, 502, `the API does not answer: ${error.message}`),
    )
  else answer(response, 404, 'not found')
})
process.once('SIGTERM', () => server.close())
server.listen({ port: Number(port), host: '127.0.0.1' }, () => console.log(`listening on http://127.0.0.1:${port}/`))

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  response.end(`${text}\n`)
}

async function visit(): Promise<string> {
  const session = connect('http://api', { createConnection: () => createConnection({ path: socket }) })
  const failed = new Promise<never>((_resolve, reject) => session.once('error', reject))
  try {
    const { visits, where, error } = (await Promise.race([json(session.request({ ':path': '/visits' })), failed])) as {
      readonly visits?: number
      readonly where?: string
      readonly error?: string
    }
    if (error !== undefined) throw new Error(error)
    return `visit ${visits}, counted in ${where}`
  } finally {
    session.destroy()
  }
}
