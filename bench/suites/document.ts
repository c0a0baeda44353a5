// The clients' hot path: a plugin document of about 34 kB, whole and as 304.
import { stat } from 'node:fs/promises'
import type { Contender } from '../model.ts'
import { manyVersions } from '../ours/many-versions.ts'
import { serveByNginx } from '../peers/nginx.ts'
import { growNpmDocument } from '../peers/npm-package.ts'
import { serveVerdaccio } from '../peers/verdaccio.ts'
import type { Scope } from '../scope.ts'
import type { Suite } from '../suite.ts'
import { wrk } from '../wrk.ts'

const DOCUMENT_BYTES = 34_000
const CONNECTIONS = 50
const ROUNDS = { full: 5, quick: 1 }

export const suite: Suite = {
  name: 'document',
  async prepare(scope) {
    const ours = await scope.attempt('octo', () => manyVersions(scope, DOCUMENT_BYTES))
    const bytes = ours ? (await stat(ours.file)).size : DOCUMENT_BYTES
    const nginx = ours && (await scope.attempt('nginx', () => serveByNginx(scope, ours.root)))
    const verdaccio = await scope.attempt('verdaccio', async () => {
      const server = await serveVerdaccio(scope)
      await growNpmDocument(server, 'many-versions', bytes)
      return `${server.url}/many-versions`
    })
    const sources = [
      { name: 'octo', url: ours && `${ours.url}/${ours.path}` },
      { name: 'nginx', url: nginx && ours && `${nginx}/${ours.path}` },
      { name: 'verdaccio', url: verdaccio },
    ].flatMap(({ name, url }) => (url ? [{ name, url }] : []))
    return [whole(scope, sources, bytes), notModified(scope, sources)]
  },
}

type Source = { readonly name: string; readonly url: string }

function whole(scope: Scope, sources: readonly Source[], bytes: number) {
  return {
    name: 'document-get',
    title: `GET of a plugin document, ${Math.round(bytes / 1000)} kB`,
    unit: 'requests/s' as const,
    rounds: ROUNDS,
    contenders: sources.map((source) => requests(scope, source)),
    aims: [
      { ours: 'octo', peer: 'nginx', compare: 'ratio' as const, bound: 'at least' as const, limit: 0.6 },
      { ours: 'octo', peer: 'verdaccio', compare: 'ratio' as const, bound: 'at least' as const, limit: 10 },
    ],
    note: `${CONNECTIONS} connections; nginx serves the same file without an access log; verdaccio's package document is of the same size`,
  }
}

function notModified(scope: Scope, sources: readonly Source[]) {
  const conditional = sources.filter(({ name }) => name !== 'verdaccio')
  const verdaccio = sources.filter(({ name }) => name === 'verdaccio')
  const wholeOf = (name: string) => `${name} document`
  return {
    name: 'document-304',
    title: 'plugin document not modified (304)',
    unit: 'requests/s' as const,
    rounds: ROUNDS,
    contenders: [
      ...conditional.map((source) => revalidations(scope, source)),
      ...verdaccio.map((source) => ({ ...requests(scope, source), name: wholeOf(source.name) })),
    ],
    aims: [
      { ours: 'octo', peer: wholeOf('verdaccio'), compare: 'ratio' as const, bound: 'at least' as const, limit: 15 },
      { ours: 'octo', peer: 'nginx', compare: 'ratio' as const },
    ],
    note: `${CONNECTIONS} connections with If-None-Match; the other side of the aim is verdaccio's whole document`,
  }
}

function requests(scope: Scope, { name, url }: Source, headers: Record<string, string> = {}): Contender {
  const seconds = scope.quick ? 1 : 5
  return {
    name,
    measure: async () => (await wrk({ url, connections: CONNECTIONS, seconds, headers })).requestsPerSecond,
  }
}

function revalidations(scope: Scope, source: Source): Contender {
  return {
    name: source.name,
    measure: async (round) => {
      const headers = { 'If-None-Match': await tagOf(source.url) }
      return requests(scope, source, headers).measure(round)
    },
  }
}

/** Throws unless the server does answer 304 to its own tag. */
async function tagOf(url: string): Promise<string> {
  const tag = (await fetch(url, { method: 'HEAD' })).headers.get('etag') ?? ''
  const { status } = await fetch(url, { headers: { 'If-None-Match': tag } })
  if (status !== 304) throw new Error(`expected 304 for If-None-Match ${tag}, found ${status}`)
  return tag
}
