// How a plugin says where it listens: the first line of its standard output that is an address.

/** Linux takes so many bytes for the path of a socket. */
const MAX_SOCKET_BYTES = 107
const MAX_PORT = 65_535

export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

export type Announcement = ListenAddress | { readonly kind: 'refused'; readonly problem: string }

const UNIX = 'http+unix://'
const TCP = 'http://'
const HOST_AND_PORT = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]*)):([0-9]{1,5})$/
/** What listens on all addresses of the machine listens on its loopback. */
const LOOPBACK_OF: ReadonlyMap<string, string> = new Map([
  ['', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

/**
 * The address that a line announces, or why that is none to connect to; undefined for a line that announces nothing. OCM's own
 * SDK prints a bare `[::]:port` where it listens on TCP.
 */
export function parseAnnouncement(line: string): Announcement | undefined {
  if (line.startsWith(UNIX)) return unixAddress(line.slice(UNIX.length))
  if (line.startsWith(TCP)) return tcpAddress(line.slice(TCP.length).replace(/\/$/, '')) ?? refused('its host or port')
  const bare = tcpAddress(line)
  // Words with a number behind them are no address of this machine.
  return bare?.kind === 'tcp' ? bare : undefined
}

export function renderAnnouncement(address: ListenAddress): string {
  if (address.kind === 'unix') return `${UNIX}${address.path}`
  const { host, port } = address
  return `${TCP}${host.includes(':') ? `[${host}]` : host}:${port}`
}

function unixAddress(path: string): Announcement {
  if (!path.startsWith('/') || path.includes('\0')) return refused('the path of its socket is not absolute')
  if (Buffer.byteLength(path) > MAX_SOCKET_BYTES)
    return refused(`the path of its socket is longer than ${MAX_SOCKET_BYTES} bytes`)
  return { kind: 'unix', path }
}

/** Credentials are sent there: it has to be this machine. */
function tcpAddress(text: string): Announcement | undefined {
  const [, bracketed, plain, digits] = HOST_AND_PORT.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port < 1 || port > MAX_PORT) return undefined
  const host = (bracketed ?? plain ?? '').toLowerCase()
  const found = LOOPBACK_OF.get(host) ?? host
  return isLoopback(found) ? { kind: 'tcp', host: found, port } : refused('its host is not this machine')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(host)
}

function refused(problem: string): Announcement {
  return { kind: 'refused', problem }
}
