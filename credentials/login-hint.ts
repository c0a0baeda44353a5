// What whoever was refused for want of a login can type.
import { shellWord } from '../schemas/quote.ts'
import { isLoopback } from '../system/http/loopback.ts'
import type { Refused } from '../system/http/open-http.ts'

/** For status 401 alone. */
export function loginHint({ status, url, challenge }: Refused): string | undefined {
  if (status !== 401) return undefined
  if (url.protocol === 'http:' && !isLoopback(url))
    return 'credentials are not sent without encryption: use an address that begins with `https://`'
  if (/^\s*basic\b/i.test(challenge ?? ''))
    return `put user and password into ~/.netrc (mode 0600): machine ${url.hostname} login USER password PASSWORD`
  const registry = shellWord(registryOf(url))
  return `\`octo login --registry ${registry}\` keeps a token for it; OCTO_TOKEN counts only beside OCTO_REGISTRY=${registry}`
}

/** `…/repos/core.yaml` and all below `…/repos/` belong to the registry at `…`. */
export function registryOf(url: URL): string {
  const path = url.pathname.replace(/\/(repos|blobs|api|\.well-known)\/.*$/, '')
  return `${url.origin}${path === url.pathname ? '' : path}`
}
