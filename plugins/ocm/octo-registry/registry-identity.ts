// By which a host finds the credentials for a registry: as for every OCI registry, so that what is configured for one counts.
import { webAddress } from '../bytes/open-web.ts'

export function registryIdentity(url: string): Record<string, string> {
  const { protocol, hostname, port, pathname } = webAddress(url)
  const path = pathname.replace(/^\/+|\/+$/g, '')
  const place = { scheme: protocol.slice(0, -1), hostname, ...(port === '' ? {} : { port }) }
  return { type: 'OCIRegistry', ...place, ...(path === '' ? {} : { path }) }
}
