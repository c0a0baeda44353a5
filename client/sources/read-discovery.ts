// What a registry says of itself: its repos, and where its API is. Absent on hosts that are only files.
import type { Discovery } from '../../schemas/discovery.ts'
import { parseDiscovery } from '../../schemas/discovery.ts'
import { LIMITS } from '../../schemas/limits.ts'
import { DISCOVERY_PATH } from '../../static-tree/paths.ts'
import type { FetchDocument } from '../network.ts'

/** `base` ends in `/`. Throws FORMAT_INVALID, JSON_INVALID, OFFLINE or a FETCH error. */
export async function readDiscovery(fetch: FetchDocument, base: URL): Promise<Discovery | undefined> {
  const url = new URL(DISCOVERY_PATH, base)
  const text = await fetch(url, LIMITS.discoveryBytes)
  return text === undefined ? undefined : parseDiscovery(text, url.href)
}
