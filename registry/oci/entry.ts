// A rendered part as it is sent: bytes and headers that are made once and sent many times.
import type { Visibility } from '../db/records.ts'
import { PRIVATE_CACHING, SAME_ORIGIN } from '../private-headers.ts'
import type { Cached } from '../read/byte-cache.ts'
import { ENTRY_BYTES } from '../read/byte-cache.ts'
import type { Encoding } from '../read/conditions.ts'
import { Popularity } from '../read/popularity.ts'
import type { Representation } from '../read/representation.ts'
import type { OciPart } from './component-version.ts'

export type OciEntry = Cached & { readonly representations: ReadonlyMap<Encoding, Representation> }

/** `pinned`: asked for by its digest, so that only a quarantine takes it away; what a tag means is asked more often. */
export function entryOf({ mediaType, digest, bytes }: OciPart, { pinned, warning, visibility }: Sending): OciEntry {
  const etag = `"${digest}"`
  const shared = [
    ...['ETag', etag, 'Docker-Content-Digest', digest],
    ...cachingOf(visibility, pinned ? 3600 : 60),
    ...(warning === undefined ? [] : ['Warning', `299 - "${quoted(warning)}"`]),
  ]
  const type = ['Content-Type', mediaType, 'Accept-Ranges', 'bytes', 'X-Content-Type-Options', 'nosniff']
  const part = [...type, ...shared]
  const whole = ['Content-Length', String(bytes.length), ...part]
  const own = { size: bytes.length, etag, body: bytes, whole, part, notModified: shared }
  return {
    representations: new Map<Encoding, Representation>([['identity', own]]),
    bytes: ENTRY_BYTES + bytes.length,
    used: false,
    popularity: new Popularity(),
  }
}

export type Sending = {
  readonly pinned: boolean
  readonly warning?: string | undefined
  /** Of the repo. */
  readonly visibility: Visibility
}

/** Headers as names and values. */
function cachingOf(visibility: Visibility, seconds: number): readonly string[] {
  if (visibility === 'private')
    return ['Cache-Control', PRIVATE_CACHING, 'Vary', 'Authorization', ...Object.entries(SAME_ORIGIN).flat()]
  return ['Cache-Control', `public, max-age=${seconds}, no-transform`]
}

/** Headers hold printable ASCII, and this text stands in quotes. */
function quoted(text: string): string {
  return text.replace(/[^ -~]/g, '?').replace(/["\\]/g, '\\$&')
}
