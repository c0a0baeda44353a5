// Where a link of a publisher may lead: to the web, to somebody's mail, or to a heading of the same text. THREATS.md: markup of a publisher.

export type Destination =
  | { readonly kind: 'outside'; readonly href: string }
  /** A heading, by its name as the author wrote it. */
  | { readonly kind: 'heading'; readonly name: string }
  /** A file of the project, which the registry does not have. */
  | { readonly kind: 'relative'; readonly path: string }
  | { readonly kind: 'refused' }

const PROTOCOLS = ['https:', 'http:', 'mailto:']
const MAX_LENGTH = 2048
const SCHEME = /^[a-z][a-z0-9+.-]*:/i
/** Browsers drop some of these and turn others, so that what is left could be another scheme or another host. */
const ODD = /[\p{Cc}\p{Cf}\s\\]/u

export function destinationOf(written: string): Destination {
  if (written.length > MAX_LENGTH || ODD.test(written)) return { kind: 'refused' }
  if (written.startsWith('#')) return { kind: 'heading', name: decoded(written.slice(1)) }
  if (SCHEME.test(written)) return outside(written)
  // `//host/` has no scheme and leaves the registry all the same.
  return written.startsWith('//') ? outside(`https:${written}`) : { kind: 'relative', path: decoded(written) }
}

/** As a browser will read it, so that what is checked is what is written. */
function outside(written: string): Destination {
  const url = URL.parse(written)
  if (
    !url ||
    !PROTOCOLS.includes(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    url.href.length > MAX_LENGTH
  )
    return { kind: 'refused' }
  return { kind: 'outside', href: url.href }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
