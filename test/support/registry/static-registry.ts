// A registry as a client sees it: the static tree of signed releases, served by a plain HTTP server of the test's own
// process with ETags and ranges, with a record of all requests and a way to misbehave.
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import type { Name } from '../../../schemas/name.ts'
import { parseBaseUrl } from '../../../static-tree/base-url.ts'
import { listingOf } from '../../../static-tree/newest.ts'
import { artifactPath, BUNDLE_FILE, releaseFolder } from '../../../static-tree/paths.ts'
import type { PluginRecord, ReleaseRecord } from '../../../static-tree/record.ts'
import { renderPlugin } from '../../../static-tree/render/plugin.ts'
import { renderRepo } from '../../../static-tree/render/repo.ts'
import { renderSchemas } from '../../../static-tree/render/schemas.ts'
import type { SignedRelease } from '../builders/test-authority.ts'
import { listening } from '../machine/listening.ts'

/** Answers in place of the tree; false lets the tree answer. */
type Misbehave = (path: string, request: IncomingMessage, response: ServerResponse) => boolean

export type StaticRegistry = {
  /** `http://127.0.0.1:PORT` */
  readonly base: string
  /** URL of the repo, as a config has it. */
  url(repo?: string): string
  /** Paths that were asked for, in order. */
  readonly requests: string[]
  /** Files of the tree by path, without a leading slash; may be changed. */
  readonly files: Map<string, Buffer>
  /** Adds a release, or replaces the state of one; the plugin's serial grows. */
  publish(release: SignedRelease, changes?: Partial<ReleaseRecord>): void
  misbehave: Misbehave | undefined
}

export async function startStaticRegistry(
  t: TestContext,
  releases: readonly SignedRelease[],
  documentBytes?: number,
): Promise<StaticRegistry> {
  const files = new Map<string, Buffer>()
  const requests: string[] = []
  const records = new Map<string, PluginRecord>()
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').slice(1))
    requests.push(path)
    if (registry.misbehave?.(path, request, response)) return
    serve(files.get(path), request, response)
  })
  const base = `http://127.0.0.1:${await listening(t, server)}`
  const registry: StaticRegistry = {
    base,
    url: (repo = 'core') => `${base}/repos/${repo}.yaml`,
    requests,
    files,
    publish(release, changes = {}) {
      add(release, changes)
      render(release.predicate.repo)
    },
    misbehave: undefined,
  }
  const add = (release: SignedRelease, changes: Partial<ReleaseRecord>) => {
    const { repo, plugin, version } = release.predicate
    const key = `${repo}/${plugin}`
    const before = records.get(key) ?? { repo, plugin, serial: 0, releases: [] }
    const sealed = { ...sealedOf(release), ...changes }
    const others = before.releases.filter((other) => other.version !== version)
    records.set(key, { ...before, serial: before.serial + 1, releases: [...others, sealed] })
    for (const [file, bytes] of release.files) files.set(artifactPath(repo, plugin, version, file), bytes)
    files.set(`${releaseFolder(repo, plugin, version)}/${BUNDLE_FILE}`, Buffer.from(release.bundle))
  }
  const render = (repo: Name) => renderInto(files, [...records.values()], { repo, base, documentBytes })
  for (const release of releases) add(release, {})
  // Once for all of them: what the documents were in between, nobody asks for.
  for (const repo of new Set(releases.map(({ predicate }) => predicate.repo))) render(repo)
  for (const { path, bytes } of renderSchemas()) files.set(path, Buffer.from(bytes))
  return registry
}

function sealedOf({ bundle, bundleDigest, predicate }: SignedRelease): ReleaseRecord {
  const size = Buffer.byteLength(bundle)
  const { version } = predicate
  return {
    version,
    publishedAt: '2026-01-02T03:04:05.000Z',
    state: 'active',
    bundle: { digest: bundleDigest, size },
    predicate,
  }
}

type Place = { readonly repo: Name; readonly base: string; readonly documentBytes: number | undefined }

function renderInto(
  files: Map<string, Buffer>,
  records: readonly PluginRecord[],
  { repo, base, documentBytes }: Place,
): void {
  const own = records.filter((record) => record.repo === repo)
  const baseUrl = parseBaseUrl(base)
  const listings = own.flatMap((record) => listingOf(record) ?? [])
  const rendered = [
    ...own.flatMap((record) => renderPlugin(record, baseUrl, documentBytes)),
    ...renderRepo(repo, listings, baseUrl),
  ]
  for (const { path, bytes } of rendered) files.set(path, Buffer.from(bytes))
}

function serve(bytes: Buffer | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (!bytes) {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<html><h1>Not Found</h1></html>')
    return
  }
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`
  const headers = { etag, 'content-type': 'application/octet-stream' }
  const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]
  if (request.headers['if-none-match'] === etag) response.writeHead(304, headers).end()
  else if (from !== undefined && (request.headers['if-range'] ?? etag) === etag) {
    const rest = bytes.subarray(Number(from))
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
    response.writeHead(206, { ...headers, 'content-range': range, 'content-length': rest.length }).end(rest)
  } else response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes)
}
