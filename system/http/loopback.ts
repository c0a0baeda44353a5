// Addresses that mean this machine itself: nothing that is sent there passes a network or a proxy.
import { BlockList, isIP } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

export function isLoopback({ hostname }: { readonly hostname: string }): boolean {
  const host = bareHost(hostname)
  if (isIP(host)) return LOOPBACK.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')
  return host === 'localhost' || host.endsWith('.localhost')
}

/** Of a URL's `hostname`: without brackets, without the dot at its end that means the same. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}
