// What a request's headers ask for: a comparison of ETags, a range, an encoding (RFC 9110 §12–14).

export type Encoding = 'identity' | 'gzip' | 'br'
export type ByteRange = { readonly start: number; readonly end: number }

const MAX_REMEMBERED = 64

/** Whether If-None-Match names the ETag: weak comparison, lists and `*` included. */
export function namesEtag(header: string, etag: string): boolean {
  if (header === etag || header === '*') return true
  if (header.length < etag.length || !header.includes(etag)) return false
  return header.split(',').some((each) => each.trim().replace(/^W\//, '') === etag)
}

/**
 * The one range asked for; undefined means the whole: no range, several, or one that cannot be read. `unsatisfiable` when it
 * lies beyond the end.
 */
export function parseByteRange(header: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/.exec(header)
  if (!match) return undefined
  const [, first = '', last = ''] = match
  if (first === '') return last === '' ? undefined : lastBytes(Number(last), size)
  const [start, end] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)]
  if (last !== '' && Number(last) < start) return undefined
  return start >= size ? 'unsatisfiable' : { start, end }
}

function lastBytes(count: number, size: number): ByteRange | 'unsatisfiable' {
  return count === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - count), end: size - 1 }
}

const remembered = new Map<string, readonly Encoding[]>()

/** Encodings that the client takes, best first; `identity` is always the last resort. */
export function acceptedEncodings(header: string | undefined): readonly Encoding[] {
  if (header === undefined || header === '') return ['identity']
  let accepted = remembered.get(header)
  if (!accepted) {
    accepted = rank(header.slice(0, 1024))
    if (remembered.size >= MAX_REMEMBERED) remembered.clear()
    remembered.set(header, accepted)
  }
  return accepted
}

function rank(header: string): readonly Encoding[] {
  const weights = new Map<string, number>()
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim())
    const quality = parameters.find((text) => text.startsWith('q='))
    weights.set(name === 'x-gzip' ? 'gzip' : name, quality === undefined ? 1 : Number(quality.slice(2)) || 0)
  }
  const weightOf = (name: Encoding) => weights.get(name) ?? weights.get('*') ?? 0
  const identity = weights.get('identity') ?? 0
  const better = (['br', 'gzip'] as const).filter((name) => weightOf(name) > 0 && weightOf(name) >= identity)
  return [...better.sort((left, right) => weightOf(right) - weightOf(left)), 'identity']
}
