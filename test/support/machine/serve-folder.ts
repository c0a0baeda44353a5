// A static host as plain as they come: the files of a folder, and nothing else.
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { join, normalize } from 'node:path'
import type { TestContext } from 'node:test'
import { listening } from './listening.ts'

type StaticHost = {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** Paths that were asked for, in order. */
  readonly requests: string[]
}

/** Serves what the folder holds at the time of each request. The folder may come to be later. */
export async function serveFolder(t: TestContext, folder: string): Promise<StaticHost> {
  const requests: string[] = []
  const server = createServer(({ url = '/' }, response) => {
    const path = decodeURIComponent(url.split('?', 1)[0] ?? '/')
    requests.push(path)
    const file = join(folder, normalize(path))
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) response.writeHead(404).end('not found')
    else createReadStream(file).pipe(response)
  })
  return { url: `http://127.0.0.1:${await listening(t, server)}`, requests }
}
