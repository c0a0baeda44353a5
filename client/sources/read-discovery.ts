// What a registry says of itself: its repos, and where its API is. Absent on hosts that are only files.
import type { Discovery } from '../../schemas/discovery.ts'
import { parseDiscovery } from '../../schemas/discovery.ts'
import { coded } from '../../schemas/errors.ts'
import { LIMITS } from '../../schemas/limits.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { DISCOVERY_PATH } from '../../static-tree/paths.ts'
import type { FetchDocument } from '../network.ts'

/** `base` ends in `/`. Throws FORMAT_INVALID, JSON_INVALID, OFFLINE or a FETCH error. */
export async function readDiscovery(fetch: FetchDocument, base: URL): Promise<Discovery | undefined> {
  const url = new URL(DISCOVERY_PATH, base)
  const text = await fetch(url, LIMITS.discoveryBytes)
  return text === undefined ? undefined : parseDiscovery(text, url.href)
}

/**
 * An address that a registry names, as it is meant at `base`. Throws FORMAT_INVALID for one that is less safe than the registry's own:
 * whoever serves it would have us ask in the clear, ask a server of this machine, or read its files.
 */
export function addressNamed(text: string, base: URL): URL {
  const url = URL.canParse(text, base) ? new URL(text, base) : undefined
  const isAsSafe = url?.protocol === 'https:' || url?.protocol === base.protocol
  if (url && isAsSafe && `${url.username}${url.password}` === '') return url
  throw coded('FORMAT_INVALID', {
    message: `${quote(shownAddress(base))} names the address ${quote(shownAddress(text))}, expected one below itself, or one that begins with \`https://\``,
    details: { registry: shownAddress(base), url: shownAddress(text) },
  })
}
