// Who may send a reader where: outward, never inward. A server elsewhere that names this machine, or an address of a private network,
// in a redirect or as its service for tokens would have us ask what it cannot reach itself, and tell it the answer.
import { BlockList, isIP } from 'node:net'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { bareHost, isLoopback } from './loopback.ts'

export type Reach = {
  /** Asked of an address that a server names. Throws FETCH_REFUSED for one that is nearer than the first server by its text alone. */
  requireOutward(url: URL): void
  /** Asked of what a name means, before anything is sent there. Throws FETCH_REFUSED. */
  requireAddresses(host: string, addresses: readonly string[]): void
}

const MACHINE = 0
const PRIVATE = 1
const ANYWHERE = 2

const PRIVATE_NETWORKS = networks(
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16'],
  ...['198.18.0.0/15', '240.0.0.0/4', '::/128', '64:ff9b:1::/48', 'fc00::/7', 'fe80::/10', 'fec0::/10'],
)
/** A gateway turns what is sent there into IPv4, whose address stands in these bytes (RFC 6052 §2.1, RFC 3056 §2). */
const GATEWAYS = [
  { network: networks('64:ff9b::/96'), at: 12 },
  { network: networks('2002::/16'), at: 2 },
]

/** Of which the system makes this machine, where somebody connects to them. */
const UNSPECIFIED = new BlockList()
UNSPECIFIED.addAddress('0.0.0.0', 'ipv4')
UNSPECIFIED.addAddress('::', 'ipv6')

/** Begins at the first server, wherever that turns out to be. */
export function reachFrom(first: URL): Reach {
  const home = bareHost(first.hostname)
  let nearest = isNamed(home) ? ANYWHERE : distanceOf(home)
  return {
    requireOutward(url) {
      const host = bareHost(url.hostname)
      if (host !== home && !isNamed(host) && distanceOf(host) < nearest) throw inward(first, host)
    },
    requireAddresses(host, addresses) {
      const distances = addresses.map(distanceOf)
      // Whoever has one address elsewhere is elsewhere: the others may be there to be taken for near.
      if (host === home) nearest = Math.max(MACHINE, ...distances)
      else if (distances.some((distance) => distance < nearest)) throw inward(first, host)
    },
  }
}

/** Where it is, is known once it is looked up. */
function isNamed(host: string): boolean {
  return isIP(host) === 0 && !isLoopback({ hostname: host })
}

function distanceOf(text: string): number {
  const [address = ''] = text.split('%')
  const host = behindGateway(address) ?? address
  if (isLoopback({ hostname: host }) || UNSPECIFIED.check(host, familyOf(host))) return MACHINE
  return PRIVATE_NETWORKS.check(host, familyOf(host)) ? PRIVATE : ANYWHERE
}

/** The IPv4 address that is meant. */
function behindGateway(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined
  const gateway = GATEWAYS.find(({ network }) => network.check(address, 'ipv6'))
  return gateway && [...bytesOf(address).subarray(gateway.at, gateway.at + 4)].join('.')
}

/** Of a valid IPv6 address, all sixteen. */
function bytesOf(address: string): Uint8Array {
  const hex = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [before = [], after = []] = hex.split('::').map((part) => part.split(':').filter(Boolean))
  const middle = Array<string>(8 - before.length - after.length).fill('0')
  return Uint8Array.from(
    [...before, ...middle, ...after].flatMap((group) => {
      const number = Number.parseInt(group, 16)
      return [number >> 8, number & 255]
    }),
  )
}

function networks(...all: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of all) {
    const [address = '', bits] = network.split('/')
    list.addSubnet(address, Number(bits), familyOf(address))
  }
  return list
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

function inward(first: URL, host: string): Error {
  return coded('FETCH_REFUSED', {
    message: `${quote(shownAddress(first.origin))} sends whoever reads to ${quote(host)}, which is on this machine or in a private network, expected a server that is as public as it is`,
    details: { server: first.origin, host },
    hint: 'ask the owner of that server; where it is in the same network, name it by an address of that network',
  })
}
