// A small static tree on disk, with precompressed variants, read by the registry's own reader behind a real HTTP server.
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer, request } from 'node:http'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { pino } from 'pino'
import type { TreeReader } from '../../../registry/read/reader.ts'
import { createTreeReader } from '../../../registry/read/reader.ts'
import { problemAnswer } from '../../../registry/server/http/problem.ts'
import { readDiskTree } from '../../../static-tree/write/disk.ts'
import type { TreeReader as StoredTree } from '../../../static-tree/write/store.ts'
import { listening } from '../machine/listening.ts'
import { tempFolder } from '../machine/temp-folder.ts'

export const DOCUMENT = `{"format":"octo.plugin/v1","versions":[\n{"version":"1.0.0","state":"active"},\n{"version":"1.1.0","state":"quarantined","reason":"malware"}\n]}\n`
export const ARTIFACT = randomBytes(3_000_000)
export const HEX = createHash('sha256').update(ARTIFACT).digest('hex')
export const RELEASE = 'repos/core/check-tcp/1.0.0'
export const FILE = `${RELEASE}/check-tcp_1.0.0_linux_amd64`

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }
type Ask = (path: string, headers?: Record<string, string>, method?: string) => Promise<Answer>
type Served = { readonly ask: Ask; readonly root: string; readonly reader: TreeReader; readonly port: number }

/** A tree of which files are sent as a store gives them that has nothing quicker than pieces. */
export function readPiecewise(root: string): StoredTree {
  const tree = readDiskTree(root)
  return {
    ...tree,
    async open(path) {
      const { readInto: _quicker, ...file } = (await tree.open(path)) ?? {}
      return 'read' in file ? file : undefined
    },
  }
}

/** A reader over this small tree, behind a real server. */
export async function servedTree(t: TestContext, cacheBytes?: number, read = readDiskTree): Promise<Served> {
  const root = tempFolder(t)
  put(root, 'repos/core.json', '{}')
  putDocument(root, 'repos/core/check-tcp.json', DOCUMENT)
  put(root, 'repos/core/check-tcp.yaml', 'octo: {}\n')
  put(root, FILE, ARTIFACT)
  put(root, `${FILE}.sha256`, `${HEX}  check-tcp_1.0.0_linux_amd64\n`)
  put(root, `${RELEASE}/release.sigstore.json`, '{}')
  put(root, `blobs/sha256/${HEX}`, ARTIFACT)
  const reader = createTreeReader({
    tree: read(root),
    visibility: 'public',
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
    refuse(_req, res, error) {
      const { status, headers, body } = problemAnswer(error, 'test', pino({ level: 'silent' }))
      res.writeHead(status, headers).end(body)
    },
  })
  const port = await listening(
    t,
    createServer((req, res) => {
      if (!reader.handle(req, res)) res.writeHead(200).end('framework')
    }),
  )
  return { root, reader, port, ask: (path, headers = {}, method = 'GET') => send(port, { path, headers, method }) }
}

function send(
  port: number,
  options: { readonly path: string; readonly headers: Record<string, string>; readonly method: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', ...options }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('error', reject)
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }))
    })
      .on('error', reject)
      .end()
  })
}

export function put(root: string, path: string, bytes: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, `${path}.new`), bytes)
  renameSync(join(root, `${path}.new`), join(root, path))
}

export function putDocument(root: string, path: string, text: string, at = new Date()): void {
  put(root, path, text)
  put(root, `${path}.gz`, gzipSync(text))
  put(root, `${path}.br`, brotliCompressSync(text))
  for (const suffix of ['', '.gz', '.br']) utimesSync(join(root, path + suffix), at, at)
}

export const digestHeader = (bytes: string | Buffer) =>
  `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`
export const etagOf = (bytes: string | Buffer) => `"sha256:${createHash('sha256').update(bytes).digest('hex')}"`
