// Who sent a request: the other end of the connection, or, where that is a proxy that the operator named, whom the proxy
// names. A header that nobody vouches for is only what a client says of itself.
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'

export type ClientAddress = (request: IncomingMessage) => string | undefined

/** A chain of proxies is short; a longer header is somebody's play. */
const MAX_HOPS = 20

/** `proxies` are addresses and ranges such as `10.0.0.0/8`; throws USAGE for what is neither. */
export function clientAddressBehind(proxies: readonly string[]): ClientAddress {
  if (proxies.length === 0) return ({ socket }) => socket.remoteAddress
  const isProxy = trustedProxies(proxies)
  return (request) => {
    const hops = [...forwardedFor(request), request.socket.remoteAddress ?? '']
    // From the near end: the first that is no proxy of ours is the client, whatever stands further left.
    return hops.findLast((hop, index) => index === 0 || !isProxy(hop))
  }
}

/** Whether an address is one of them; throws as above. */
export function trustedProxies(proxies: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList()
  for (const proxy of proxies) addRange(trusted, proxy)
  return (address) => isTrusted(trusted, address)
}

function addRange(list: BlockList, text: string): void {
  const [address = '', prefix] = text.split('/')
  const family = isIP(address)
  const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix)
  const isRange = family !== 0 && /^\d{0,3}$/.test(prefix ?? '') && prefix !== '' && bits <= (family === 4 ? 32 : 128)
  if (!isRange || text.split('/').length > 2)
    throw coded('USAGE', {
      message: `expected the address or range of a proxy such as \`127.0.0.1\` or \`10.0.0.0/8\`, found ${quote(text)}`,
    })
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6')
}

/** What stands in X-Forwarded-For, as addresses; what is none cuts off everything left of it. */
function forwardedFor({ headers }: IncomingMessage): string[] {
  const header = headers['x-forwarded-for']
  const texts = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').slice(-MAX_HOPS)
  const hops = texts.map((text) => plainAddress(text.trim()))
  return hops.slice(hops.lastIndexOf(undefined) + 1).filter((hop) => hop !== undefined)
}

/** Without the port that some proxies add, and without the brackets of IPv6. */
function plainAddress(text: string): string | undefined {
  const address = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(text)?.[1] ?? /^([0-9.]+):\d+$/.exec(text)?.[1] ?? text
  return isIP(address) === 0 ? undefined : address
}

function isTrusted(list: BlockList, address: string): boolean {
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address)?.[1] ?? address
  const family = isIP(mapped)
  return family !== 0 && list.check(mapped, family === 4 ? 'ipv4' : 'ipv6')
}
