// Downloads and uploads that are on their way, and go on when they are told to.
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:http'
import type { ApiTarget } from '../publisher/publish-release.ts'

type SlowTransfer<Result> = { finish(): Promise<Result> }

/** Has begun, and has not read the body, when it resolves. */
export async function slowDownload(url: string): Promise<SlowTransfer<Buffer>> {
  const asking = request(url, { agent: false }).end()
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  return {
    async finish() {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk)
      return Buffer.concat(chunks)
    },
  }
}

/** Has been taken up by the server, and has sent half of the body, when it resolves; ends with the status. */
export async function slowUpload(
  { url, token }: ApiTarget,
  path: string,
  bytes: Buffer,
): Promise<SlowTransfer<number>> {
  const headers = {
    ...{ authorization: `Bearer ${token}`, 'upload-offset': '0', 'content-length': bytes.length },
    expect: '100-continue',
  }
  const sending = request(`${url}${path}`, { method: 'PATCH', headers, agent: false })
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>
  sending.flushHeaders()
  await once(sending, 'continue')
  const half = Math.floor(bytes.length / 2)
  await new Promise((resolve) => sending.write(bytes.subarray(0, half), resolve))
  return {
    async finish() {
      sending.end(bytes.subarray(half))
      const [answer] = await answered
      answer.resume()
      return answer.statusCode ?? 0
    },
  }
}
