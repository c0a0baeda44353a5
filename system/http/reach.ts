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

const NETWORKS = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  ...['::/128', 'fc00::/7', 'fe80::/10'],
]
const PRIVATE_NETWORKS = new BlockList()
for (const network of NETWORKS) {
  const [address = '', bits] = network.split('/')
  PRIVATE_NETWORKS.addSubnet(address, Number(bits), familyOf(address))
}

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
  const [host = ''] = text.split('%')
  if (isLoopback({ hostname: host }) || UNSPECIFIED.check(host, familyOf(host))) return MACHINE
  return PRIVATE_NETWORKS.check(host, familyOf(host)) ? PRIVATE : ANYWHERE
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
