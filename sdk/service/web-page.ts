// Whether a request on TCP comes from a page of the web: a browser sends them to every port of this machine, also by a name of the
// page's own that leads here, and could end the plugin or read what it answers. No host of plugins asks that way. Pages reach no
// Unix socket, where the name of the host means nothing.
import type { IncomingMessage } from 'node:http'

/** Not `0.0.0.0`: pages reach this machine by it, and no plugin announces it. */
const THIS_MACHINE = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]*)?$/i
/** Only browsers say them. */
const OF_BROWSERS = ['origin', 'sec-fetch-site'] as const

export function isFromWebPage({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return !THIS_MACHINE.test(headers.host ?? '') || OF_BROWSERS.some((name) => headers[name] !== undefined)
}
