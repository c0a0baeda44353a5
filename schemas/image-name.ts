// How people name an image of a container registry: `[host[:port]/]path[:tag][@sha256:…]`, as docker reads it. Without a host it is
// one of Docker Hub.
import type { Digest } from './digest.ts'
import { isDigest } from './digest.ts'
import { coded } from './errors.ts'
import { omitUndefined } from './omit-undefined.ts'
import { quote } from './quote.ts'

export type ImageName = {
  /** Host and port as they are written, `docker.io` where there are none. */
  readonly host: string
  /** e.g. `library/nginx` */
  readonly path: string
  readonly tag?: string
  /** Of its manifest, or of its index of platforms. */
  readonly digest?: Digest
}

const HUB = 'docker.io'
const MAX_LENGTH = 512
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?|\[[0-9a-f:]+\])(?::[0-9]{1,5})?$/
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/

/** Throws FORMAT_INVALID. */
export function parseImageName(text: string): ImageName {
  if (text.length > MAX_LENGTH) throw unreadable(text)
  const [named = '', digest, more] = text.split('@')
  const [first = '', ...others] = named.split('/')
  const hasHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const rest = hasHost ? others.join('/') : named
  const colon = rest.lastIndexOf(':')
  const [path, tag] = colon === -1 ? [rest, undefined] : [rest.slice(0, colon), rest.slice(colon + 1)]
  const host = hasHost ? first.toLowerCase() : HUB
  const whole = host === HUB && !path.includes('/') ? `library/${path}` : path
  const isReadable = HOST.test(host) && PATH.test(whole) && (tag === undefined || TAG.test(tag)) && more === undefined
  if (!isReadable || (digest !== undefined && !isDigest(digest))) throw unreadable(text)
  return { host, path: whole, ...omitUndefined({ tag }), ...(isDigest(digest) ? { digest } : {}) }
}

/** In full, and with the digest that was given. */
export function showImageName({ host, path, tag, digest }: ImageName): string {
  return `${host}/${path}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

function unreadable(text: string): Error {
  return coded('FORMAT_INVALID', {
    message: `${quote(text)} names no image, expected for example \`ghcr.io/acme/api:1.2@sha256:…\``,
    details: { image: text.slice(0, MAX_LENGTH) },
  })
}
