// A registry of images in this process: the distribution API over real HTTP, with tokens where a test wants them, and images that are
// made of the layers that a test writes.
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { TarPart } from '../builders/archive-builder.ts'
import { tarOf } from '../builders/archive-builder.ts'
import { listening } from '../machine/listening.ts'

export type Layer = readonly (TarPart | Buffer)[]

export type ImageRecipe = {
  readonly layers: readonly Layer[]
  /** Below `config` of the image's config. */
  readonly config?: object
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string }
  readonly pack?: 'gzip' | 'zstd' | 'none' | 'gzip in two parts'
  /** What is wrong with it. */
  readonly spoilt?: (parts: { manifest: Record<string, unknown>; config: Record<string, unknown> }) => void
}

export const AMD64 = { os: 'linux', architecture: 'amd64' }

const PACKERS = {
  gzip: (tar: Buffer) => gzipSync(tar),
  zstd: (tar: Buffer) => zstdCompressSync(tar),
  none: (tar: Buffer) => tar,
  'gzip in two parts': (tar: Buffer) => Buffer.concat([gzipSync(tar.subarray(0, 512)), gzipSync(tar.subarray(512))]),
}
const SUFFIX = { gzip: '+gzip', zstd: '+zstd', none: '', 'gzip in two parts': '+gzip' }

type Login = { readonly user: string; readonly password: string }

export type TokenRules = {
  /** Without one, tokens are for everybody. */
  readonly login?: Login
  /** In place of the registry's own address for tokens. */
  readonly realm?: string
  /** Basic authentication, without tokens. */
  readonly basic?: boolean
}

export async function startImageRegistry(t: TestContext, rules?: TokenRules) {
  const blobs = new Map<string, Buffer>()
  const tags = new Map<string, Digest>()
  const requests: string[] = []
  const scopes: (string | null)[] = []
  let url = ''

  const server = createServer(({ url: asked = '/', headers }, response) => {
    const address = new URL(asked, 'http://x')
    requests.push(address.pathname)
    const answer = (status: number, body: string | Buffer = '', more: Record<string, string> = {}) =>
      response.writeHead(status, more).end(body)
    const basic =
      rules?.login && `Basic ${Buffer.from(`${rules.login.user}:${rules.login.password}`).toString('base64')}`
    if (address.pathname === '/token') {
      scopes.push(address.searchParams.get('scope'))
      if (basic !== undefined && headers.authorization !== basic) return answer(401)
      return answer(200, JSON.stringify({ token: 'token-of-test', expires_in: 300 }))
    }
    if (rules?.basic && headers.authorization !== basic)
      return answer(401, '', { 'www-authenticate': 'Basic realm="test"' })
    const challenge = `Bearer realm="${rules?.realm ?? `${url}/token`}",service="test",scope="repository:*:*"`
    if (rules && !rules.basic && headers.authorization !== 'Bearer token-of-test')
      return answer(401, '', { 'www-authenticate': challenge })
    const [, kind, reference = ''] = /^\/v2\/acme\/web\/(manifests|blobs)\/(.+)$/.exec(address.pathname) ?? []
    const found = blobs.get(kind === 'manifests' ? (tags.get(reference) ?? reference) : reference)
    return found ? answer(200, found) : answer(404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
  })
  url = `http://127.0.0.1:${await listening(t, server)}`

  function keep(bytes: Buffer | string): { digest: Digest; size: number } {
    const content = Buffer.from(bytes)
    const digest = digestOf(content)
    blobs.set(digest, content)
    return { digest, size: content.length }
  }

  function image({ layers, config = {}, platform = AMD64, pack = 'gzip', spoilt }: ImageRecipe) {
    const tars = layers.map((parts) => tarOf(parts))
    const parts = {
      config: { ...platform, rootfs: { type: 'layers', diff_ids: tars.map((tar) => digestOf(tar)) }, config } as Record<
        string,
        unknown
      >,
      manifest: {
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        layers: tars.map((tar) => ({
          mediaType: `application/vnd.oci.image.layer.v1.tar${SUFFIX[pack]}`,
          ...keep(PACKERS[pack](tar)),
        })),
      } as Record<string, unknown>,
    }
    spoilt?.(parts)
    const described = { mediaType: 'application/vnd.oci.image.config.v1+json', ...keep(JSON.stringify(parts.config)) }
    return { ...keep(JSON.stringify({ config: described, ...parts.manifest })), platform }
  }

  return {
    ...{ requests, scopes, blobs, tags, image, keep },
    /** `127.0.0.1:PORT` */
    host: new URL(url).host,
    index(manifests: readonly object[]): Digest {
      return keep(JSON.stringify({ schemaVersion: 2, manifests })).digest
    },
  }
}
